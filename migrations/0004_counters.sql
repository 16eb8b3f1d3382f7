-- How many jobs there are, by type and status, without counting a million rows. Writers append a change and never
-- touch a shared counter row, so that no transaction waits for another's; the sweeper folds the changes.

create table job_counts (
  type text not null,
  status text not null,
  count bigint not null,
  primary key (type, status)
);
comment on table job_counts is 'Folded so far; the truth is its sum with job_count_changes.';

-- Rows live for seconds: dead ones are cleared by number, not by share, or each reader would walk over them.
create table job_count_changes (
  id bigint generated always as identity primary key,
  type text not null,
  status text not null,
  change smallint not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
  autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 10000);

create function count_job() returns trigger language plpgsql as $$
begin
  if tg_op <> 'INSERT' then
    insert into job_count_changes (type, status, change) values (old.type, old.status, -1);
  end if;
  if tg_op <> 'DELETE' then
    insert into job_count_changes (type, status, change) values (new.type, new.status, 1);
  end if;
  return null;
end
$$;

-- The triggers before the seed: they lock the table against writers until this transaction ends.
create trigger jobs_count_rows after insert or delete on jobs
  for each row execute function count_job();
create trigger jobs_count_status after update on jobs
  for each row when (old.status is distinct from new.status or old.type is distinct from new.type)
  execute function count_job();

insert into job_counts (type, status, count) select type, status, count(*) from jobs group by type, status;

-- The depth of a queue leaves out what belongs to a paused job; those are few.
create index jobs_paused on jobs (id) where paused_at is not null;
