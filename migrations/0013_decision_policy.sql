-- What people decide about releases beforehand: rules, profiles, delays, limits; and what is blocked and why.

create table custom_rules (
  id text primary key,
  name text not null unique,
  conditions jsonb not null,
  effect jsonb not null,
  created_at timestamptz not null default now()
);
comment on table custom_rules is 'People''s own rules on releases; a quality profile names those that it follows.';

create table quality_profiles (
  id text primary key,
  name text not null unique,
  scoring text not null default 'default',
  preferences jsonb not null default '{}',
  rules jsonb not null default '[]',
  minimum_score integer not null default 0,
  created_at timestamptz not null default now()
);
comment on column quality_profiles.scoring is 'The named figures by which a release is scored, see scoring-profiles.ts.';
comment on column quality_profiles.rules is 'Pairs {ruleId, score}: the score in this profile, null for the rule''s own.';

create table delay_profiles (
  id text primary key,
  name text not null unique,
  enable_usenet boolean not null default true,
  enable_torrent boolean not null default true,
  preferred_protocol text not null default 'torrent' check (preferred_protocol in ('usenet', 'torrent')),
  usenet_delay integer not null default 0 check (usenet_delay >= 0),
  torrent_delay integer not null default 0 check (torrent_delay >= 0),
  bypass_if_highest_quality boolean not null default false,
  bypass_if_above_score boolean not null default false,
  minimum_score integer not null default 0,
  score_kind text not null default 'base' check (score_kind in ('base', 'custom')),
  position integer not null default 100,
  tags text[] not null default '{}',
  created_at timestamptz not null default now()
);
comment on column delay_profiles.usenet_delay is 'Minutes.';
comment on column delay_profiles.position is 'Of several profiles that fit an item, the lowest counts.';

alter table libraries
  add column quality_profile_id text references quality_profiles (id),
  add column tags text[] not null default '{}';
comment on column libraries.quality_profile_id is 'For requests that name none; null: the built-in figures.';

alter table requests
  add column quality_profile_id text references quality_profiles (id),
  add column tags text[] not null default '{}',
  add column pending_since timestamptz;
comment on column requests.pending_since is
  'Since when a release that would be taken waits for a better one (delay profile); null: none waits.';

alter table indexers add column grab_limit integer check (grab_limit > 0);
comment on column indexers.grab_limit is 'Releases that may be fetched from it in 24 hours; null: no limit.';

alter table blocklist add column title text;
comment on column blocklist.release_key is 'See blocklist.ts: a hash, a post, or a title at an indexer.';
comment on column blocklist.item_key is 'The item that it is blocked for; * for all.';
