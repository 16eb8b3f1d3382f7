-- What people are told of their requests: where to, and the outbox that a delivery loop empties.

create table notification_targets (
  id text primary key,
  name text not null unique,
  kind text not null,
  url text not null,
  place text not null,
  secret text,
  events text[] not null,
  requester text,
  enabled boolean not null default true,
  failures integer not null default 0,
  retry_at timestamptz,
  last_error text,
  last_sent_at timestamptz,
  created_at timestamptz not null default now()
);
comment on column notification_targets.url is 'Sealed: its path, user and query may be secrets.';
comment on column notification_targets.place is 'What may be shown of the address.';
comment on column notification_targets.requester is 'Only what this person asks for; null: all requests.';
comment on column notification_targets.retry_at is 'It failed, or asked for a pause: nothing is sent before.';

create table notices (
  id bigint generated always as identity primary key,
  key uuid not null unique default gen_random_uuid(),
  subject text not null,
  request_id text references requests (id) on delete cascade,
  event text not null,
  target_id text not null references notification_targets (id) on delete cascade,
  title text,
  detail text,
  state text not null default 'waiting' check (state in ('waiting', 'sent', 'given_up')),
  tries integer not null default 0,
  last_error text,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  unique (subject, event, target_id)
);
create index notices_waiting on notices (target_id, id) where state = 'waiting';
create index notices_created on notices (created_at desc, id desc);
create index notices_request on notices (request_id);
comment on table notices is
  'The outbox: written in the transaction of what it tells, once for each subject, event and target.';
comment on column notices.key is 'Sent along, the same with every try: who gets it twice can tell.';
comment on column notices.title is 'Null for a request, whose item tells it.';
