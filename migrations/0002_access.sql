-- Who may do what: tokens and browser sessions with roles, and the audit of every change.

create table tokens (
  id text primary key,
  name text not null,
  role text not null check (role in ('viewer', 'operator', 'super_admin')),
  secret_hash bytea not null unique,
  kind text not null check (kind in ('api', 'login_link', 'session')),
  csrf_hash bytea,
  created_by text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  used_at timestamptz,
  revoked_at timestamptz
);
comment on column tokens.secret_hash is 'SHA-256 of a random 256-bit secret; the secret is shown once.';
comment on column tokens.used_at is 'A login_link works once.';

create table audit (
  id bigint generated always as identity primary key,
  time timestamptz not null default now(),
  actor text not null,
  action text not null,
  target text,
  detail jsonb
);
create index audit_time on audit (time desc);
