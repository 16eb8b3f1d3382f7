-- What is looked after by itself: how far each indexer's list of new releases was read, and checks of the house.

create table indexer_feeds (
  indexer_id text primary key references indexers (id) on delete cascade,
  newest_guid text,
  newest_at timestamptz,
  seen text[] not null default '{}',
  read_at timestamptz not null default now(),
  gap_at timestamptz
);
comment on table indexer_feeds is 'How far the list of what an indexer has new was read.';
comment on column indexer_feeds.seen is 'Guids of the last readings, the newest first: none is judged twice.';
comment on column indexer_feeds.gap_at is 'When more was new than was read, so that waiting requests were searched for.';

create table health_checks (
  kind text not null,
  subject text not null,
  level text not null check (level in ('ok', 'warning', 'error')),
  message text not null,
  remedy text,
  since timestamptz not null default now(),
  looked_at timestamptz not null default now(),
  primary key (kind, subject)
);
comment on table health_checks is 'What the last look at each part of the house said.';
comment on column health_checks.subject is 'The id of what is looked at; empty where there is only one of its kind.';
comment on column health_checks.since is 'Since when it has this level.';
