-- Libraries behind media servers: how a server names an item, which scans were made, and what is gone.

alter table library_items
  add column server_item_id text,
  add column imdb_id text,
  add column tmdb_id integer,
  add column season integer,
  add column episode integer,
  add column gone_at timestamptz;
create index library_items_server on library_items (library_id, server_item_id);
comment on column library_items.path is
  'Relative to the library''s root; what a media server has elsewhere stands under the server''s own absolute path.';
comment on column library_items.gone_at is
  'Missing in two complete scans at least an hour apart, and its files too: no error, and no page that came short.';

alter table libraries add column last_look_at timestamptz;
comment on column libraries.last_look_at is 'When the newest look at what the media server has added began.';

create table library_scans (
  id bigint generated always as identity primary key,
  library_id text not null references libraries (id) on delete cascade,
  paths text[],
  began_at timestamptz not null default now(),
  ended_at timestamptz,
  items integer,
  missing integer
);
create index library_scans_library on library_scans (library_id, began_at desc);
comment on table library_scans is
  'One row a scan of a media server; many jobs that ask for scans share one (no paths: all of the library).';
