-- External items without any product behind them: what tests and benches watch instead of a download.

create table demo_items (
  job_id text primary key references jobs (id) on delete cascade,
  round integer not null,
  duration_ms integer not null,
  stall_at_ms integer,
  stall_for_ms integer not null,
  state text not null default 'moving' check (state in ('moving', 'stalled', 'complete')),
  active boolean not null default false,
  elapsed_ms integer not null default 0,
  stalled_ms integer not null default 0,
  polled_at timestamptz not null default now(),
  signalled_state text,
  removed_at timestamptz
);
comment on column demo_items.round is 'The round of its job that planned it last; what an earlier round left to undo does not touch it.';
comment on column demo_items.stalled_ms is 'How long it has stood still so far; it goes on after stall_for_ms.';
create index demo_items_open on demo_items (job_id) where removed_at is null and signalled_state is distinct from 'complete';

create or replace view external_items as
  select job_id, id, active,
    case when total_bytes > 0 then (completed_bytes::real / total_bytes)::real else 0 end as progress
  from downloads where removed_at is null
  union all
  select job_id, job_id as id, active, least(1, elapsed_ms::real / duration_ms)::real as progress
  from demo_items where removed_at is null;
