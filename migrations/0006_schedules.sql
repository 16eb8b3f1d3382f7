-- Schedules are rows of ours and the truth; Temporal gets them by a reconcile (jobs.md §4 "Schedules").

create table schedules (
  id text primary key,
  name text not null unique,
  type text not null,
  params jsonb not null,
  priority smallint check (priority between 1 and 10),
  max_retries smallint check (max_retries between 0 and 10),
  cron text,
  every_ms bigint check (every_ms >= 1000),
  timezone text not null default 'UTC',
  jitter_ms bigint not null default 0 check (jitter_ms >= 0),
  catchup_window_ms bigint not null default 600000 check (catchup_window_ms >= 10000),
  enabled boolean not null default true,
  created_by text not null,
  created_at timestamptz not null default now(),
  changed_at timestamptz not null default now(),
  version integer not null default 1,
  applied_version integer not null default 0,
  applied_print text,
  apply_error text,
  next_at timestamptz,
  check ((cron is null) <> (every_ms is null))
);
comment on column schedules.params is 'As they were given; the type parses them anew at each firing.';
comment on column schedules.version is 'Raised by each edit; above applied_version means that Temporal has not got it yet.';
comment on column schedules.applied_print is 'What Temporal showed of it once applied: another print later means that it was changed by hand.';
comment on column schedules.next_at is 'As Temporal told it last.';
create index schedules_created on schedules (created_at desc, id desc);

create table schedule_firings (
  schedule_id text not null references schedules (id) on delete cascade,
  nominal_at timestamptz not null,
  kind text not null check (kind in ('scheduled', 'manual')),
  job_id text references jobs (id) on delete set null,
  skipped_job_id text references jobs (id) on delete set null,
  outcome text not null check (outcome in ('created', 'skipped', 'refused')),
  detail text,
  made_by text not null,
  created_at timestamptz not null default now(),
  primary key (schedule_id, nominal_at, kind)
);
comment on column schedule_firings.skipped_job_id is 'The equal job that was open.';
create index schedule_firings_created on schedule_firings (created_at);
create index schedule_firings_job on schedule_firings (job_id);
create index schedule_firings_skipped_job on schedule_firings (skipped_job_id);
