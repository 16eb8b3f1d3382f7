-- A request's row is opened by its job. Who asks while that has not begun (Temporal away, no worker) must count all the same.

alter table request_requesters add column job_id text references jobs (id) on delete cascade;
update request_requesters q set job_id = r.job_id from requests r where r.id = q.request_id;
alter table request_requesters drop constraint request_requesters_pkey;
alter table request_requesters drop column request_id;
alter table request_requesters alter column job_id set not null;
alter table request_requesters add primary key (job_id, name);

-- What a round has tried says nothing in the next one, which somebody asks for anew; what a person has skipped stays so.
alter table requests add column opened_at timestamptz;
update requests set opened_at = created_at;
alter table requests alter column opened_at set not null, alter column opened_at set default now();
comment on column requests.opened_at is 'When its round began: what was fetched before may be fetched again.';
alter table downloads add column skipped_at timestamptz;
