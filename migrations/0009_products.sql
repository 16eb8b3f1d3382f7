-- Many products a kind of system: what their adapters need to know, and downloads that are no torrents.

alter table indexers drop constraint indexers_kind_check;
alter table indexers
  add column username text,
  add column seed_ratio real check (seed_ratio >= 0),
  add column seed_minutes integer check (seed_minutes >= 0),
  add column latest_guid text,
  add column latest_at timestamptz;
comment on column indexers.seed_ratio is 'Raises the duty that the indexer states itself; null: only what it states.';
comment on column indexers.latest_guid is 'The newest release that the last look at what is new has seen.';

alter table download_clients drop constraint download_clients_kind_check;
alter table download_clients
  add column username text,
  add column category text,
  add column path_mappings jsonb not null default '[]';
comment on column download_clients.path_mappings is
  'Pairs {remote, logical}: a folder as the client sees it, and where Longplay has it.';

alter table libraries drop constraint libraries_kind_check;
alter table libraries
  add column base_url text,
  add column secret text,
  add column section text,
  add column path_mappings jsonb not null default '[]';
comment on column libraries.path_mappings is
  'Pairs {remote, logical}: a folder as the media server sees it, and where Longplay files.';

alter table downloads rename column torrent to content;
alter table downloads
  alter column info_hash drop not null,
  add column protocol text not null default 'torrent' check (protocol in ('torrent', 'usenet', 'direct')),
  add column content_kind text not null default 'torrent' check (content_kind in ('torrent', 'magnet', 'nzb', 'files')),
  add column adopted boolean not null default false,
  drop constraint downloads_client_id_client_item_id_key;
create index downloads_item on downloads (client_id, client_item_id);
comment on column downloads.content is 'Kept until the download ends, so that a client that forgot it gets it again.';
comment on column downloads.adopted is 'Somebody else has put it into the client: its data is never deleted by us.';
