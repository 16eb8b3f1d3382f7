-- What the job contract needs beyond the first thread: permits, repairs and findings, and the facts by which a
-- reset, a restored copy and a stuck run are told (jobs.md §3–§5).

create table permit_groups (
  name text primary key,
  maximum integer not null check (maximum > 0)
);
comment on table permit_groups is 'Its row is the lock under which a group''s permits are given.';

create table permits (
  job_id text primary key references jobs (id) on delete cascade,
  permit_group text not null references permit_groups (name),
  asked_at timestamptz not null default clock_timestamp(),
  granted_at timestamptz,
  told_at timestamptz
);
comment on column permits.told_at is 'When the run was last signalled that it has the permit.';
create index permits_group on permits (permit_group, granted_at);

alter table job_attempts add column activity_id text;
comment on column job_attempts.activity_id is 'Temporal''s id of the scheduled activity, unique within its run.';

alter table jobs add column stuck_error text;
comment on column jobs.stuck_error is 'Why its workflow task fails again and again; Temporal retries it for ever.';
alter table jobs add column recovered_at timestamptz;
comment on column jobs.recovered_at is 'When the row was made anew from what Temporal knew of it.';

create table repairs (
  id bigint generated always as identity primary key,
  time timestamptz not null default now(),
  job_id text not null,
  kind text not null,
  detail text not null
);
comment on table repairs is 'Each disagreement that the sweeper mended, with its cause; kept 30 days.';
create index repairs_time on repairs (time desc);
create index repairs_job on repairs (job_id);

create table findings (
  kind text not null,
  subject text not null,
  message text not null,
  remedy text,
  since timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  primary key (kind, subject)
);
comment on table findings is 'What is wrong now and needs somebody to look; gone when it is mended.';

create index job_steps_child on job_steps (child_id) where child_id is not null;

-- A job is running while a child is, also one that it shares with others and that has another parent.
create or replace function derive_status(j jobs) returns text language sql stable as $$
  select case
    when j.outcome_status is not null then j.outcome_status
    when j.accepted_round < j.round then 'pending'
    when exists (select from job_attempts a where a.job_id = j.id and a.ended_at is null)
      or exists (select from external_items e where e.job_id = j.id and e.active)
      or exists (select from jobs c where c.parent_id = j.id and c.status = 'running')
      or exists (select from job_steps s join jobs c on c.id = s.child_id where s.job_id = j.id and c.status = 'running')
      then 'running'
    when j.paused_at is not null then 'paused'
    else 'queued'
  end
$$;

-- Every change of a job's row derives its status and progress, raises its version and tells listeners: a writer
-- changes its facts and needs no second update. Who writes has locked the row by a statement of its own before, so
-- that what is derived from other tables is no older than the lock.
create function keep_job() returns trigger language plpgsql as $$
begin
  new.status := derive_status(new);
  new.progress := derive_progress(new);
  new.started_at := coalesce(new.started_at, case when new.status = 'running' then now() end);
  new.ended_at := case when new.outcome_status is null then null else coalesce(old.ended_at, now()) end;
  new.version := old.version + 1;
  new.changed_xid := pg_current_xact_id();
  perform pg_notify('longplay_jobs', new.id);
  return new;
end
$$;
create trigger jobs_kept before update on jobs for each row execute function keep_job();

-- Locks a child before its parents, never the other way round.
create function tell_parents() returns trigger language plpgsql as $$
declare
  parent text;
begin
  for parent in
    select job_id from job_steps where child_id = new.id
    union select new.parent_id where new.parent_id is not null order by 1
  loop
    update job_steps set progress = greatest(progress, new.progress) where job_id = parent and child_id = new.id;
    perform touch_job(parent);
  end loop;
  return null;
end
$$;
create trigger jobs_parents_told after update on jobs for each row
  when (new.status <> old.status or new.progress <> old.progress) execute function tell_parents();

-- For facts in other tables than the job's own.
create or replace function touch_job(p_id text) returns void language plpgsql as $$
begin
  perform from jobs where id = p_id for no key update;
  update jobs set version = version where id = p_id;
end
$$;

-- The writers of jobs.md §3, each one call: a fact costs one round trip and one commit. Those that speak for a round
-- answer first how that round stands to the row (src/store/standing.ts); only `ours` has written anything.

create function lock_round(p_id text, p_round integer) returns text language plpgsql as $$
declare
  j record;
begin
  select round, claimed_round, outcome_status into j from jobs where id = p_id for no key update;
  return case
    when not found then 'missing'
    when j.round > p_round then 'over'
    when j.outcome_status is not null and j.round = p_round then 'ended'
    when j.round < p_round or j.claimed_round is distinct from p_round then 'behind'
    else 'ours'
  end;
end
$$;

create function accept_round(p_id text, p_round integer) returns setof jobs language plpgsql as $$
begin
  perform from jobs where id = p_id for no key update;
  update jobs set accepted_round = p_round, start_error = null
    where id = p_id and accepted_round < p_round and outcome_status is null;
  return query select * from jobs where id = p_id;
end
$$;

create function claim_round(p_id text, p_round integer, p_run text, p_chain text)
returns table (standing text, refusal text, paused boolean, paused_by text) language plpgsql as $$
declare
  j jobs;
begin
  select * into j from jobs where id = p_id for no key update;
  if not found then return query select 'missing', null::text, false, null::text; return; end if;
  if j.round < p_round then return query select 'behind', null::text, false, null::text; return; end if;
  -- The chain that has ended claims again: it was reset.
  if j.round = p_round and j.outcome_status is not null and j.claimed_chain = p_chain then
    return query select 'ended', null::text, false, null::text;
    return;
  end if;
  refusal := case
    when j.round > p_round then format('round %s is over, the job is at round %s', p_round, j.round)
    when j.outcome_status is not null then format('the job is %s', j.outcome_status)
    when j.claimed_round = p_round and j.claimed_chain <> p_chain
      then format('round %s belongs to the chain %s', p_round, j.claimed_chain)
  end;
  insert into job_runs (job_id, run_id, chain, round, void) values (p_id, p_run, p_chain, p_round, refusal is not null)
    on conflict (job_id, run_id) do nothing;
  if refusal is null then
    update jobs set claimed_round = p_round, claimed_chain = p_chain, claimed_run = p_run,
      accepted_round = greatest(accepted_round, p_round), start_error = null where id = p_id;
  end if;
  return query select 'ours', refusal, j.paused_at is not null, j.paused_by;
end
$$;

-- Whether the job, or one that it is a part of, holds a permit of the group.
create function holds_permit(p_id text, p_group text) returns boolean language sql stable as $$
  with recursive line as (
    select p_id as id
    union all select j.parent_id from jobs j join line on j.id = line.id where j.parent_id is not null
  )
  select exists (
    select from permits p join line on p.job_id = line.id where p.permit_group = p_group and p.granted_at is not null
  )
$$;

create function upsert_step(p_id text, p_round integer, p_name text, p_occurrence integer, p_hash text, p_queue text)
returns job_steps language sql as $$
  insert into job_steps (job_id, name, occurrence, input_hash, round, queue, state)
  values (p_id, p_name, p_occurrence, p_hash, p_round, p_queue, 'waiting')
  on conflict (job_id, name, occurrence, input_hash) do update set round = excluded.round, queue = excluded.queue
  returning job_steps.*
$$;

create function open_attempt(
  p_id text, p_round integer, p_name text, p_occurrence integer, p_hash text, p_queue text, p_group text,
  p_attempt uuid, p_worker text, p_run text, p_activity text
) returns table (standing text, kind text, step_id bigint, number integer, losses integer, checkpoint jsonb, output jsonb)
language plpgsql as $$
declare
  s job_steps;
  lost integer;
begin
  standing := lock_round(p_id, p_round);
  if standing <> 'ours' then return next; return; end if;
  if p_group is not null and not holds_permit(p_id, p_group) then
    kind := 'no_permit';
    return next;
    return;
  end if;
  s := upsert_step(p_id, p_round, p_name, p_occurrence, p_hash, p_queue);
  if s.state = 'done' then
    update job_steps set progress = 1 where id = s.id and progress < 1;
    kind := 'done';
    output := s.output;
    return next;
    return;
  end if;
  -- A lost attempt ends when its worker was last seen; one of a worker that lives ends now.
  update job_attempts a set outcome = 'lost', ended_at = case
      when w.stopped_at is not null or w.seen_at < now() - interval '8 seconds' then greatest(a.started_at, w.seen_at)
      else now() end
    from workers w where w.id = a.worker_id and a.step_id = s.id and a.ended_at is null;
  get diagnostics lost = row_count;
  number := 1 + (select count(*) from job_attempts a where a.step_id = s.id);
  insert into job_attempts (id, step_id, job_id, round, run_id, number, worker_id, queue, activity_id)
    values (p_attempt, s.id, p_id, p_round, p_run, number, p_worker, p_queue, p_activity);
  update job_steps set state = 'running', current_attempt = p_attempt, waiting_reason = null, needs = null,
      next_attempt_at = null, fenced_at = null, losses = s.losses + lost, ended_at = null, error = null
    where id = s.id;
  perform touch_job(p_id);
  kind := 'opened';
  step_id := s.id;
  losses := s.losses + lost;
  checkpoint := s.checkpoint;
  return next;
end
$$;

create function close_attempt(
  p_id text, p_step bigint, p_attempt uuid, p_outcome text, p_state text,
  p_output jsonb, p_error jsonb, p_counted integer, p_reason text
) returns boolean language plpgsql as $$
begin
  perform from jobs where id = p_id for no key update;
  -- One that was given up for lost, and that nobody has replaced, was alive after all: its end counts.
  update job_steps s set current_attempt = null, state = p_state,
      waiting_since = case when p_state = 'waiting' then waiting_since end,
      waiting_reason = p_reason,
      output = coalesce(p_output, output), error = p_error, tries = tries + p_counted,
      losses = case when p_state = 'done' then 0 else losses end,
      progress = case when p_state = 'done' then 1 else progress end,
      ended_at = case when p_state in ('done', 'failed') then now() end
    where s.id = p_step and (s.current_attempt = p_attempt or (s.current_attempt is null and s.state = 'waiting'
      and p_attempt = (select a.id from job_attempts a where a.step_id = p_step order by a.number desc limit 1)
      and exists (select from job_attempts a where a.id = p_attempt and a.outcome = 'lost' and a.round = s.round)));
  if not found then return false; end if;
  update job_attempts set ended_at = now(), outcome = p_outcome, error = p_error where id = p_attempt;
  update jobs set progress_detail = null where id = p_id;
  return true;
end
$$;

create function record_step_waiting(
  p_id text, p_round integer, p_name text, p_occurrence integer, p_hash text, p_queue text
) returns text language plpgsql as $$
declare
  standing text := lock_round(p_id, p_round);
  s job_steps;
begin
  if standing <> 'ours' then return standing; end if;
  s := upsert_step(p_id, p_round, p_name, p_occurrence, p_hash, p_queue);
  update job_steps set state = 'waiting', waiting_since = coalesce(waiting_since, now()), next_attempt_at = null
    where id = s.id and state not in ('done', 'running');
  perform touch_job(p_id);
  return standing;
end
$$;

create function save_progress(p_id text, p_step bigint, p_attempt uuid, p_progress real, p_detail jsonb)
returns void language plpgsql as $$
begin
  perform from jobs where id = p_id for no key update;
  update job_steps set progress = greatest(progress, p_progress) where id = p_step and current_attempt = p_attempt;
  if not found then return; end if;
  update jobs set progress_detail = p_detail where id = p_id;
end
$$;

create function propose_outcome(
  p_id text, p_round integer, p_run text, p_status text, p_result jsonb, p_error jsonb
) returns text language plpgsql as $$
declare
  standing text := lock_round(p_id, p_round);
begin
  if standing = 'ours' then
    update jobs set proposed_status = p_status, proposed_run = p_run, proposed_result = p_result,
      proposed_error = p_error, proposed_at = now() where id = p_id;
  end if;
  return standing;
end
$$;

create function record_outcome(
  p_id text, p_round integer, p_status text, p_run text, p_result jsonb, p_error jsonb, p_replace boolean
) returns boolean language plpgsql as $$
declare
  j jobs;
begin
  select * into j from jobs where id = p_id for no key update;
  update jobs set outcome_status = p_status, outcome_run = p_run, result = p_result, error = p_error,
      accepted_round = round, stuck_error = null, wait_reason = null, wait_since = null, wait_until = null, wait_detail = null
    where id = p_id and round = p_round and (outcome_status is null
      or (p_replace and (outcome_run is distinct from p_run or outcome_status <> p_status)));
  if not found then return false; end if;
  update job_attempts set ended_at = now(), outcome = 'stopped' where job_id = p_id and ended_at is null;
  update job_steps set state = 'stopped', current_attempt = null, waiting_since = null, ended_at = now()
    where job_id = p_id and state in ('waiting', 'running', 'backoff');
  -- Whose worker was killed could not tidy up, and a run that was cancelled has undone everything by itself. What an
  -- attempt that lives still writes fails at its end: it has the time for that.
  if j.policy ? 'tidy' and p_status <> 'completed'
    and not (j.proposed_run is not distinct from p_run and j.proposed_status = 'cancelled')
    and exists (select from job_attempts where job_id = p_id and round = p_round and outcome in ('lost', 'stopped', 'interrupted')) then
    insert into cleanups (job_id, activity, input, next_at) values (p_id, j.policy ->> 'tidy',
      jsonb_build_object('jobId', p_id, 'jobType', j.type, 'round', p_round, 'step', j.policy ->> 'tidy',
        'occurrence', 1, 'queue', 'workflows', 'input', '{}'::jsonb), now() + interval '20 seconds');
  end if;
  return true;
end
$$;

-- Temporal says how the claimed chain's run ended; where the run had proposed the same, its word is taken. Answers
-- `differs`, with nothing written, or `ended`, or `holds_permit` where a permit is to be freed now.
create function confirm_outcome(p_id text, p_run text, p_chain text, p_status text) returns text language plpgsql as $$
declare
  j jobs;
begin
  select * into j from jobs where id = p_id for no key update;
  if not found or j.outcome_status is not null then return 'ended'; end if;
  if j.claimed_round is distinct from j.round or j.claimed_chain <> p_chain
    or j.proposed_run is distinct from p_run or j.proposed_status is distinct from p_status then return 'differs'; end if;
  perform record_outcome(p_id, j.round, p_status, p_run, j.proposed_result, j.proposed_error, false);
  return case when exists (select from permits where job_id = p_id) then 'holds_permit' else 'ended' end;
end
$$;

-- Retention asks for the n-th latest of a type and a status, and for what ended before it.
create index jobs_ended on jobs (type, outcome_status, ended_at) where outcome_status is not null and parent_id is null;

-- What is open is little beside what has ended: the sweeper's questions must not read the whole table.
create index jobs_open on jobs (created_at) where outcome_status is null;

-- The list at a million rows: a pair of type and status that is rare, words of titles, beginnings of ids. The words
-- stand apart, since each change of a row writes into all indexes of its table.
create extension if not exists pg_trgm;
create index jobs_type_status_created on jobs (type, status, created_at desc, id desc);
drop index jobs_subject;
create index jobs_subject on jobs (subject_type, subject_id) where subject_type is not null;
drop index jobs_parent;
create index jobs_parent on jobs (parent_id) where parent_id is not null;

create table job_words (
  job_id text primary key references jobs (id) on delete cascade,
  created_at timestamptz not null,
  words text not null
);
comment on table job_words is 'Titles in lower case, for the search.';
comment on column job_words.created_at is 'The job''s own: what a search finds is ordered before its jobs are read.';
insert into job_words (job_id, created_at, words) select id, created_at, lower(title) from jobs;
create index job_words_words on job_words using gin (words gin_trgm_ops);
create index job_words_beginning on job_words (job_id text_pattern_ops);
create function add_job_words() returns trigger language plpgsql as $$
begin
  insert into job_words (job_id, created_at, words) select id, created_at, lower(title) from added;
  return null;
end
$$;
create trigger jobs_words after insert on jobs referencing new table as added
  for each statement execute function add_job_words();
create function change_job_words() returns trigger language plpgsql as $$
begin
  update job_words set words = lower(new.title) where job_id = new.id;
  return null;
end
$$;
create trigger jobs_words_changed after update of title on jobs
  for each row when (new.title <> old.title) execute function change_job_words();

-- Which database this is: a copy of it keeps the name, and another one in the same namespace has another.
insert into settings (key, value) values ('database_id', to_jsonb(gen_random_uuid()::text));
