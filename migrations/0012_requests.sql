-- Who asks for an item, who decided what about it, and who needs nobody's approval.

alter table requests
  add column approved_at timestamptz,
  add column approved_by text,
  add column search_terms text;

create table request_requesters (
  request_id text not null references requests (id) on delete cascade,
  name text not null,
  asked_at timestamptz not null default now(),
  primary key (request_id, name)
);
insert into request_requesters (request_id, name, asked_at) select id, created_by, created_at from requests;

create table request_decisions (
  id text primary key,
  job_id text not null references jobs (id) on delete cascade,
  kind text not null,
  made_by text not null,
  reason text,
  created_at timestamptz not null default now()
);
comment on table request_decisions is
  'Who decided, and why: a workflow''s history carries the id alone, for names do not belong there.';
create index request_decisions_job on request_decisions (job_id, created_at);

create table approval_rules (
  principal text primary key,
  auto_approve boolean not null,
  changed_at timestamptz not null default now()
);
comment on table approval_rules is 'By name; the rule of everybody else is named *. Without any rule requests need no approval.';
