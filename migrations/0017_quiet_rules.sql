-- When heavy work stands still: at some hours, while somebody watches, while other programs need the machine.

create table quiet_rules (
  id text primary key,
  name text not null unique,
  quiet_when jsonb not null,
  queues text[] not null default '{cpu,gpu-encode,gpu-ai}',
  downloads boolean not null default false,
  enabled boolean not null default true,
  created_at timestamptz not null default now(),
  quiet_since timestamptz,
  detail text
);
comment on column quiet_rules.quiet_since is 'It holds since then, by the last look; null: it does not hold.';

create table quiet_scopes (
  scope text primary key,
  since timestamptz not null default now(),
  ours boolean not null
);
comment on table quiet_scopes is
  'What stands still by the rules: a queue, or downloads. A person who resumes it meanwhile is not overruled.';
comment on column quiet_scopes.ours is 'False: a person had paused the queue already, and ends that.';

create table quiet_pauses (
  job_id text primary key references jobs (id) on delete cascade,
  scope text not null,
  paused_at timestamptz not null default now()
);
comment on table quiet_pauses is 'Jobs that the rules have paused in this quiet time: once each, and resumed at its end.';
