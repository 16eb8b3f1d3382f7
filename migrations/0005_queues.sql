-- What people asked of a queue. The row is the truth for display; Temporal is made to agree (jobs.md §5).

create table queues (
  name text primary key,
  paused_at timestamptz,
  paused_by text,
  reason text,
  version integer not null default 1,
  applied_at timestamptz,
  check ((paused_at is null) = (paused_by is null))
);
comment on column queues.version is 'Raised by each change: only what is still asked for counts as applied.';
comment on column queues.applied_at is 'When Temporal took the present version; null until then.';
