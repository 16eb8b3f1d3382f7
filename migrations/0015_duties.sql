-- The scheduled duties of acquisition: default schedules, what clients and rows disagree about, health, feeds.

create table offered_schedules (
  schedule_id text primary key,
  library_id text,
  offered_at timestamptz not null default now()
);
comment on table offered_schedules is
  'Default schedules that were created once: what a person has edited or removed since stays so.';
comment on column offered_schedules.library_id is 'Whose scans it asks for: it goes with its library.';

alter table seeding_duties add column kept_because text;
comment on column seeding_duties.kept_because is 'The duty is met, but to remove it would lose something.';

create table client_findings (
  client_id text not null references download_clients (id) on delete cascade,
  kind text not null,
  subject text not null,
  name text not null,
  detail text not null,
  remedy text not null,
  since timestamptz not null default now(),
  primary key (client_id, kind, subject)
);
comment on table client_findings is
  'What a download client has of ours that nobody owns, and the reverse, as the last reconcile saw it.';

create table health_checks (
  id text primary key,
  kind text not null,
  subject text not null,
  state text not null check (state in ('ok', 'warning', 'error')),
  detail text not null,
  remedy text,
  since timestamptz not null default now(),
  checked_at timestamptz not null default now()
);
comment on column health_checks.since is 'When it came to its present state.';

create table health_changes (
  id bigint generated always as identity primary key,
  check_id text not null,
  kind text not null,
  subject text not null,
  before text not null,
  after text not null,
  detail text not null,
  time timestamptz not null default now()
);
comment on table health_changes is 'One row for each change of a state, for notices.';
create index health_changes_time on health_changes (time);

create table feed_marks (
  indexer_id text primary key references indexers (id) on delete cascade,
  guid text not null,
  read_at timestamptz not null default now()
);
comment on table feed_marks is 'The newest release that the last read of an indexer''s feed saw.';
