-- Room on hosts: what steps wait for, and what the ledgers of the workers say of themselves (jobs.md §5 "Leases").
-- A ledger is in the memory of its process; these rows only show it.

alter table job_steps add column room jsonb;
comment on column job_steps.room is 'What an attempt of it needs of its host, once a worker had no room for it.';
alter table job_steps add column refused_at timestamptz;
comment on column job_steps.refused_at is 'When it was first refused room since it waits; who was passed for long gets a hold.';

-- Small, whatever waits for a slot beside it.
create index job_steps_room on job_steps (queue) where state = 'waiting' and room is not null;

alter table workers add column capacity jsonb;
comment on column workers.capacity is 'What its ledger has to give: VRAM, encoder sessions, AI slots, CPU tokens.';

create table resource_leases (
  id text not null,
  worker_id text not null references workers (id) on delete cascade,
  kind text not null check (kind in ('lease', 'offer', 'hold')),
  job_id text not null,
  step text not null,
  queue text not null,
  needs jsonb not null,
  since timestamptz not null,
  primary key (worker_id, id)
);
comment on table resource_leases is 'What each living worker''s ledger has given, offered and kept; gone with its worker.';

-- Whoever waits for a slot again waits for room no more; its place and its first refusal stay.
create or replace function record_step_waiting(
  p_id text, p_round integer, p_name text, p_occurrence integer, p_hash text, p_queue text
) returns text language plpgsql as $$
declare
  standing text := lock_round(p_id, p_round);
  s job_steps;
begin
  if standing <> 'ours' then return standing; end if;
  s := upsert_step(p_id, p_round, p_name, p_occurrence, p_hash, p_queue);
  update job_steps set state = 'waiting', waiting_since = coalesce(waiting_since, now()), next_attempt_at = null,
      waiting_reason = null, needs = null
    where id = s.id and state not in ('done', 'running');
  perform touch_job(p_id);
  return standing;
end
$$;

create function record_no_room(
  p_id text, p_round integer, p_name text, p_occurrence integer, p_hash text, p_queue text,
  p_room jsonb, p_reason text, p_detail text
) returns text language plpgsql as $$
declare
  standing text := lock_round(p_id, p_round);
  s job_steps;
begin
  if standing <> 'ours' then return standing; end if;
  s := upsert_step(p_id, p_round, p_name, p_occurrence, p_hash, p_queue);
  -- What still runs is another attempt, whose worker may be lost: once it has ended, its step waits for room.
  update job_steps set state = case when state = 'running' then state else 'waiting' end,
      waiting_since = coalesce(waiting_since, now()), next_attempt_at = null, waiting_reason = p_reason, needs = to_jsonb(p_detail), room = p_room,
      refused_at = case when refused_at >= waiting_since then refused_at else now() end
    where id = s.id and state <> 'done';
  perform touch_job(p_id);
  return standing;
end
$$;
