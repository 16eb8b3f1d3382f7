-- The tables of the job contract. Statuses are derived from facts by derive_status(); every writer
-- changes facts and then calls touch_job().

create table workers (
  id text primary key,
  host text not null,
  process_id integer not null,
  role text not null,
  queues jsonb not null,
  started_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  stopped_at timestamptz
);
comment on table workers is 'One row a process start; unseen for 12 s means dead.';

create table jobs (
  id text primary key,
  type text not null,
  title text not null,
  params jsonb not null,
  policy jsonb not null,
  priority smallint not null default 5 check (priority between 1 and 10),
  subject_type text,
  subject_id text,
  dedupe_key text,
  parent_id text references jobs (id),
  created_by text not null,
  created_at timestamptz not null default now(),

  round integer not null default 1,
  accepted_round integer not null default 0,
  start_error text,
  claimed_round integer,
  claimed_chain text,
  claimed_run text,

  paused_at timestamptz,
  paused_by text,

  wait_reason text,
  wait_since timestamptz,
  wait_until timestamptz,
  wait_detail text,

  proposed_status text check (proposed_status in ('completed', 'failed', 'cancelled')),
  proposed_run text,
  proposed_at timestamptz,
  proposed_result jsonb,
  proposed_error jsonb,
  outcome_status text check (outcome_status in ('completed', 'failed', 'cancelled')),
  outcome_run text,
  result jsonb,
  error jsonb,

  progress real not null default 0 check (progress between 0 and 1),
  progress_detail jsonb,

  status text not null default 'pending',
  started_at timestamptz,
  ended_at timestamptz,
  version bigint not null default 1,
  changed_xid xid8 not null default pg_current_xact_id()
);
comment on column jobs.accepted_round is 'The highest round that Temporal took; below round means pending.';
comment on column jobs.status is 'Derived by derive_status(); written by touch_job() only.';
comment on column jobs.changed_xid is 'The cursor of the state stream, read below pg_snapshot_xmin.';

create unique index jobs_open_dedupe on jobs (type, dedupe_key)
  where dedupe_key is not null and outcome_status is null;
create index jobs_created on jobs (created_at desc, id desc);
create index jobs_status_created on jobs (status, created_at desc, id desc);
create index jobs_type_created on jobs (type, created_at desc, id desc);
create index jobs_subject on jobs (subject_type, subject_id);
create index jobs_parent on jobs (parent_id);
create index jobs_changed on jobs (changed_xid, id);
create index jobs_pending on jobs (created_at) where accepted_round < round and outcome_status is null;
create index jobs_proposed on jobs (proposed_at) where proposed_status is not null and outcome_status is null;

create table job_runs (
  job_id text not null references jobs (id) on delete cascade,
  run_id text not null,
  chain text not null,
  round integer not null,
  void boolean not null default false,
  started_at timestamptz not null default now(),
  primary key (job_id, run_id)
);
comment on column job_runs.void is 'A second chain of a round, or a run of a round that is over: refused.';

create table job_steps (
  id bigint generated always as identity primary key,
  job_id text not null references jobs (id) on delete cascade,
  name text not null,
  occurrence integer not null,
  input_hash text not null,
  round integer not null,
  queue text not null,
  state text not null check (state in ('waiting', 'running', 'backoff', 'stopped', 'done', 'failed', 'undone')),
  waiting_since timestamptz,
  waiting_reason text,
  needs jsonb,
  next_attempt_at timestamptz,
  current_attempt uuid,
  fenced_at timestamptz,
  tries integer not null default 0,
  losses integer not null default 0,
  checkpoint jsonb,
  output jsonb,
  error jsonb,
  child_id text references jobs (id) on delete set null,
  progress real not null default 0,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  unique (job_id, name, occurrence, input_hash)
);
comment on column job_steps.losses is 'Workers lost in a row without progress of the checkpoint.';
create index job_steps_waiting on job_steps (queue, waiting_since) where state = 'waiting';

create table job_attempts (
  id uuid primary key,
  step_id bigint not null references job_steps (id) on delete cascade,
  job_id text not null references jobs (id) on delete cascade,
  round integer not null,
  run_id text not null,
  number integer not null,
  worker_id text not null references workers (id),
  queue text not null,
  started_at timestamptz not null default now(),
  ended_at timestamptz,
  outcome text check (outcome in ('done', 'stopped', 'no_room', 'failed', 'lost', 'interrupted', 'superseded')),
  error jsonb,
  check ((ended_at is null) = (outcome is null))
);
comment on column job_attempts.outcome is
  'stopped: by pause or cancel; interrupted: worker shutdown, server pause or reset; lost: its worker died.';
create unique index job_attempts_open_step on job_attempts (step_id) where ended_at is null;
create index job_attempts_open_job on job_attempts (job_id) where ended_at is null;
create index job_attempts_open_worker on job_attempts (worker_id) where ended_at is null;
create index job_attempts_job on job_attempts (job_id, started_at);

create table job_logs (
  id bigint generated always as identity primary key,
  job_id text not null references jobs (id) on delete cascade,
  attempt_id uuid,
  seq integer not null,
  time timestamptz not null,
  level text not null check (level in ('info', 'warn', 'error')),
  context text not null,
  message text not null,
  metadata jsonb
);
create unique index job_logs_attempt_seq on job_logs (attempt_id, seq) where attempt_id is not null;
create index job_logs_job on job_logs (job_id, id);

create table job_wishes (
  id bigint generated always as identity primary key,
  job_id text not null references jobs (id) on delete cascade,
  kind text not null check (kind in ('pause', 'resume', 'cancel', 'retryNow', 'setPriority')),
  priority smallint check (priority between 1 and 10),
  made_by text not null,
  made_at timestamptz not null default now(),
  accepted_at timestamptz,
  last_error text
);
create index job_wishes_open on job_wishes (made_at) where accepted_at is null;
create index job_wishes_job on job_wishes (job_id, id);

create table cleanups (
  id bigint generated always as identity primary key,
  job_id text not null references jobs (id),
  activity text not null,
  input jsonb not null,
  tries integer not null default 0,
  next_at timestamptz not null default now(),
  last_error text,
  created_at timestamptz not null default now(),
  done_at timestamptz
);
create index cleanups_open on cleanups (next_at) where done_at is null;

create table idempotency_keys (
  principal text not null,
  key text not null,
  body_hash text not null,
  response_status integer,
  response_body jsonb,
  created_at timestamptz not null default now(),
  primary key (principal, key)
);
comment on table idempotency_keys is 'Kept 30 days; no response_status means that the first is still being handled.';

create table settings (
  key text primary key,
  value jsonb not null
);

-- Work that runs elsewhere. Each pipeline that has some replaces this view with a union over its own table.
create view external_items as
  select null::text as job_id, null::text as id, null::boolean as active, null::real as progress where false;

create function derive_status(j jobs) returns text language sql stable as $$
  select case
    when j.outcome_status is not null then j.outcome_status
    when j.accepted_round < j.round then 'pending'
    when exists (select from job_attempts a where a.job_id = j.id and a.ended_at is null)
      or exists (select from external_items e where e.job_id = j.id and e.active)
      or exists (select from jobs c where c.parent_id = j.id and c.status = 'running') then 'running'
    when j.paused_at is not null then 'paused'
    else 'queued'
  end
$$;

-- The weighted sum over the steps that the job's type names weights for, `external` for its external item; never
-- below what was shown.
create function derive_progress(j jobs) returns real language sql stable as $$
  with weights as (
    select key as name, value::real as weight from jsonb_each_text(coalesce(j.policy -> 'weights', '{}'))
  ), reached as (
    select w.weight, coalesce(case
      when w.name = 'external' then (select max(e.progress) from external_items e where e.job_id = j.id)
      else (select max(s.progress) from job_steps s where s.job_id = j.id and s.name = w.name and s.round = j.round)
    end, 0) as progress
    from weights w
  )
  select greatest(j.progress, least(1,
    case when j.outcome_status = 'completed' then 1
      else coalesce((select sum(weight * progress) / nullif(sum(weight), 0) from reached), 0) end))::real
$$;

-- Locks a child before its parent, never the other way round.
create function touch_job(p_id text) returns void language plpgsql as $$
declare
  j jobs;
  new_status text;
  new_progress real;
begin
  select * into j from jobs where id = p_id for no key update;
  if not found then return; end if;
  new_status := derive_status(j);
  new_progress := derive_progress(j);
  update jobs set
    status = new_status,
    progress = new_progress,
    started_at = coalesce(started_at, case when new_status = 'running' then now() end),
    ended_at = case when outcome_status is null then null else coalesce(ended_at, now()) end,
    version = version + 1,
    changed_xid = pg_current_xact_id()
  where id = p_id;
  perform pg_notify('longplay_jobs', p_id);
  if j.parent_id is not null and (new_status <> j.status or new_progress <> j.progress) then
    update job_steps set progress = greatest(progress, new_progress)
      where job_id = j.parent_id and child_id = p_id;
    perform touch_job(j.parent_id);
  end if;
end
$$;
