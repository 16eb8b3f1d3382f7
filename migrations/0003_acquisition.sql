-- The acquisition pipeline: what was asked for, what was found, what is being fetched, what was filed.

create table indexers (
  id text primary key,
  name text not null unique,
  kind text not null check (kind in ('torznab')),
  base_url text not null,
  secret text,
  categories integer[] not null default '{}',
  priority integer not null default 25 check (priority between 1 and 50),
  minimum_seeders integer not null default 1,
  enabled boolean not null default true,
  backoff_level integer not null default 0,
  disabled_until timestamptz,
  last_outcome text,
  last_detail text,
  last_used_at timestamptz,
  created_at timestamptz not null default now()
);
comment on column indexers.secret is 'Sealed by the key file of the data folder; never leaves the process.';

create table download_clients (
  id text primary key,
  name text not null unique,
  kind text not null check (kind in ('aria2')),
  base_url text not null,
  secret text,
  priority integer not null default 25 check (priority between 1 and 50),
  enabled boolean not null default true,
  embedded boolean not null default false,
  session_id text,
  reachable_at timestamptz,
  unreachable_since timestamptz,
  last_error text,
  created_at timestamptz not null default now()
);

create table libraries (
  id text primary key,
  name text not null unique,
  kind text not null check (kind in ('folder')),
  root text not null,
  path_template text not null,
  media_types text[] not null default '{audiobook}',
  enabled boolean not null default true,
  last_scan_at timestamptz,
  created_at timestamptz not null default now()
);
comment on column libraries.root is 'A logical path such as library: or library:Audiobooks.';

create table requests (
  id text primary key,
  job_id text not null unique references jobs (id),
  media_type text not null,
  item jsonb not null,
  library_id text not null references libraries (id),
  state text not null default 'pending' check (state in (
    'awaiting_approval', 'denied', 'cancelled', 'awaiting_release', 'pending', 'searching',
    'awaiting_search', 'downloading', 'processing', 'awaiting_import', 'needs_decision',
    'downloaded', 'available', 'warn', 'failed')),
  state_detail text,
  library_item_id text,
  created_by text not null,
  created_at timestamptz not null default now(),
  changed_at timestamptz not null default now()
);
create index requests_state on requests (state, created_at desc);
create index requests_created on requests (created_at desc, id desc);

create table request_timeline (
  id bigint generated always as identity primary key,
  request_id text not null references requests (id) on delete cascade,
  time timestamptz not null default now(),
  state text not null,
  actor text not null,
  detail text
);
create index request_timeline_request on request_timeline (request_id, id);

create table searches (
  id text primary key,
  job_id text not null references jobs (id) on delete cascade,
  request_id text references requests (id) on delete cascade,
  occurrence integer not null,
  plan jsonb not null,
  conclusion text not null,
  detail text,
  created_at timestamptz not null default now(),
  unique (job_id, occurrence)
);

create table indexer_results (
  job_id text not null references jobs (id) on delete cascade,
  occurrence integer not null,
  tier integer not null,
  indexer_id text not null,
  outcome text not null check (outcome in ('ok', 'throttled', 'disabled', 'error')),
  detail text,
  retry_at timestamptz,
  releases jsonb not null default '[]',
  elapsed_ms integer not null,
  time timestamptz not null default now(),
  primary key (job_id, occurrence, tier, indexer_id)
);
comment on column indexer_results.releases is 'Releases without their links, which may carry keys.';

create table candidates (
  search_id text not null references searches (id) on delete cascade,
  number integer not null,
  rank integer,
  indexer_id text not null,
  guid text not null,
  title text not null,
  info_hash text,
  size_bytes bigint not null,
  seeders integer,
  link_sealed text,
  accepted boolean not null,
  evaluation jsonb not null,
  primary key (search_id, number)
);
comment on column candidates.link_sealed is 'The download link, sealed: it may carry the indexer''s key.';

create table blocklist (
  id bigint generated always as identity primary key,
  item_key text not null,
  release_key text not null,
  reason text not null,
  evidence text not null,
  source text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  unique (item_key, release_key)
);

create table downloads (
  id text primary key,
  job_id text not null unique references jobs (id) on delete cascade,
  round integer not null,
  request_id text references requests (id),
  client_id text not null references download_clients (id),
  client_item_id text not null,
  info_hash text not null,
  release_title text not null,
  indexer_id text,
  guid text,
  directory text not null,
  torrent bytea,
  state text not null default 'adding',
  active boolean not null default false,
  wished text not null default 'run' check (wished in ('run', 'pause', 'remove')),
  total_bytes bigint not null default 0,
  completed_bytes bigint not null default 0,
  uploaded_bytes bigint not null default 0,
  bytes_per_second bigint not null default 0,
  seeders integer,
  fault jsonb,
  poll_facts jsonb not null default '{}',
  last_progress_at timestamptz,
  polled_at timestamptz,
  signalled_state text,
  created_at timestamptz not null default now(),
  completed_at timestamptz,
  removed_at timestamptz,
  unique (client_id, client_item_id)
);
comment on column downloads.round is 'The round of its job that planned it last; what an earlier round left to undo does not touch it.';
comment on column downloads.active is 'Bytes are moving or may move: the job is running.';
comment on column downloads.torrent is 'Kept until the download ends, so that a client that forgot it gets it again.';
create index downloads_open on downloads (client_id) where removed_at is null;

create table library_items (
  id text primary key,
  library_id text not null references libraries (id) on delete cascade,
  path text not null,
  media_type text not null,
  title text not null,
  author text,
  narrator text,
  year integer,
  asin text,
  isbn text,
  duration_seconds double precision,
  size_bytes bigint not null default 0,
  files jsonb not null,
  scan_id text,
  added_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  missing_since timestamptz,
  unique (library_id, path)
);
create index library_items_title on library_items (library_id, lower(title));

create table imports (
  job_id text primary key references jobs (id) on delete cascade,
  request_id text references requests (id),
  target text not null,
  manifest jsonb not null,
  planned_at timestamptz not null default now(),
  committed_at timestamptz,
  undone_at timestamptz
);
create unique index imports_target on imports (target) where undone_at is null;

create or replace view external_items as
  select job_id, id, active,
    case when total_bytes > 0 then (completed_bytes::real / total_bytes)::real else 0 end as progress
  from downloads where removed_at is null;
