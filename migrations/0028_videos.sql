-- Videos: what the scans of library and gallery know of each file.

create table videos (
  id uuid primary key default gen_random_uuid(),
  root text not null,
  path text collate "C" not null,
  filename text not null,
  title text not null,
  words text not null,
  size_bytes bigint not null check (size_bytes >= 0),
  modified_ms double precision not null,
  device text not null,
  inode text not null,
  head_tail_hash text,
  valid boolean,
  invalid_reason text,
  duration_seconds double precision,
  orientation text check (orientation in ('landscape', 'portrait', 'square')),
  width integer,
  height integer,
  rotation integer,
  fps double precision,
  dynamic_range text,
  container text,
  video_codec text,
  audio_codecs text[] not null default '{}',
  streams jsonb,
  playable boolean,
  unplayable_reasons text[] not null default '{}',
  thumbnail_path text,
  reencode_proposed_at timestamptz,
  reencode_job_id text,
  derived_from uuid references videos (id) on delete set null,
  first_seen_at timestamptz not null default now(),
  probed_at timestamptz,
  missing_since timestamptz,
  unseen_in uuid,
  unique (root, path)
) with (toast_tuple_target = 512);
comment on table videos is
  'One row a file. A scan of an unchanged library only reads it, so what is large (streams) lies beside the rows.';
comment on column videos.path is
  'Relative to its root. By bytes: scans walk in the same order, and find what vanished between two files.';
comment on column videos.words is 'The path in lower case and one form of its accents, for the search.';
comment on column videos.modified_ms is 'As the file system tells it, with its fractions: equality decides.';
comment on column videos.device is 'Of its host; another one after many a restart, so that it never decides alone.';
comment on column videos.head_tail_hash is 'SHA-256 of the first and last 64 KiB; a moved file is known by it.';
comment on column videos.valid is 'Null: nobody could look inside, and the next scan tries again.';
comment on column videos.width is 'As displayed: after the pixel aspect and the rotation; so is height.';
comment on column videos.streams is 'The whole description (MediaSource).';
comment on column videos.reencode_proposed_at is 'A scan of the gallery found that browsers cannot play it.';
comment on column videos.reencode_job_id is 'The job that made, or makes, its file for playback.';
comment on column videos.derived_from is 'The video that it was made of.';
comment on column videos.missing_since is 'A complete scan has not seen it; a scan that sees it again takes it back.';
comment on column videos.unseen_in is 'The scan under way that passed its place without seeing it: missing once that is complete.';

create index videos_newest on videos (first_seen_at desc, id desc);
create index videos_title on videos (title, id);
create index videos_longest on videos (coalesce(duration_seconds, 0) desc, id desc);
create index videos_largest on videos (size_bytes desc, id desc);
create index videos_invalid on videos (first_seen_at desc, id desc) where not valid;
create index videos_unplayable on videos (first_seen_at desc, id desc) where not playable;
create index videos_missing on videos (first_seen_at desc, id desc) where missing_since is not null;
create index videos_words on videos using gin (words gin_trgm_ops);
create index videos_identity on videos (root, size_bytes, modified_ms);
create index videos_unseen on videos (unseen_in) where unseen_in is not null;
create index videos_to_reencode on videos (root, path) where not playable and missing_since is null;
create index videos_derived on videos (derived_from) where derived_from is not null;

-- A step that runs in slices: each of them ends, and only the open one tells how far the whole is.
create or replace function derive_progress(j jobs) returns real language sql stable as $$
  with weights as (
    select key as name, value::real as weight from jsonb_each_text(coalesce(j.policy -> 'weights', '{}'))
  ), reached as (
    select w.weight, coalesce(case
      when w.name = 'external' then (select max(e.progress) from external_items e where e.job_id = j.id)
      else (select max(s.progress) from job_steps s where s.job_id = j.id and s.name = w.name and s.round = j.round
        and (s.state <> 'done' or w.name is distinct from j.policy ->> 'sliced'))
    end, 0) as progress
    from weights w
  )
  select greatest(j.progress, least(1,
    case when j.outcome_status = 'completed' then 1
      else coalesce((select sum(weight * progress) / nullif(sum(weight), 0) from reached), 0) end))::real
$$;
