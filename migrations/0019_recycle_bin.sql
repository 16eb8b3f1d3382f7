-- The recycle bin of the libraries, and merges of chapters.

create table recycled_files (
  id text primary key,
  library_id text not null,
  root text not null,
  from_path text not null,
  bin_path text not null,
  bytes bigint not null check (bytes >= 0),
  why text not null check (why in ('merged', 'deleted', 'replaced')),
  job_id text,
  asked_at timestamptz not null default now(),
  recycled_at timestamptz,
  restoring_at timestamptz,
  restored_at timestamptz,
  expired_at timestamptz
);
comment on table recycled_files is
  'What was taken out of a library. The row is written before the file moves, so that a repeat finds both.';
comment on column recycled_files.root is 'The library’s root when it was taken out; paths are never made anew from settings.';
comment on column recycled_files.from_path is 'A logical path, as is bin_path.';
comment on column recycled_files.recycled_at is 'Null: the move was begun, and nobody has told its end.';
comment on column recycled_files.restoring_at is 'The way back was begun; what stands at from_path since may be ours.';

create index recycled_files_newest on recycled_files (asked_at desc, id desc);
create index recycled_files_due on recycled_files (recycled_at) where restored_at is null and expired_at is null;
create unique index recycled_files_open on recycled_files (job_id, from_path)
  where restored_at is null and expired_at is null;

create table chapter_merges (
  job_id text primary key references jobs (id) on delete cascade,
  library_id text not null,
  root text not null,
  folder text not null,
  plan jsonb not null,
  merged jsonb,
  published_at timestamptz,
  finished_at timestamptz,
  planned_at timestamptz not null default now()
);
comment on table chapter_merges is 'What a merge has decided, made and shown; whoever repeats it goes on from there.';
comment on column chapter_merges.folder is 'A logical path.';
comment on column chapter_merges.merged is 'Name, size and SHA-256 of the verified file; written before it is visible.';
comment on column chapter_merges.finished_at is 'The files that it replaces are in the recycle bin.';

create index chapter_merges_unfinished on chapter_merges (folder) where merged is not null and finished_at is null;

alter table libraries add column merge_chapters boolean not null default false;
comment on column libraries.merge_chapters is 'Whether imports of three and more files become one M4B.';
