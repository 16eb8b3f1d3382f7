-- What a mount point without its disk is known by (acquisition.md §5.6): the disk bears the same id as its row.
create table root_markers (
  place text primary key,
  marker_id text not null,
  marked_at timestamptz not null default now()
);
comment on column root_markers.place is 'The logical path of a library''s root, such as library:Audiobooks.';
