-- What was made of a video: its playback files with the jobs that made them, and its pictures.

alter table videos add column made_by text, add column made_at timestamptz;
comment on column videos.made_by is 'The job that made this file of derived_from; null for an original.';
update videos v set made_by = o.job_id, made_at = o.created_at
from (
  select distinct on (result->>'videoId') result->>'videoId' as id, job_id, created_at
  from media_outcomes where outcome = 'done' order by result->>'videoId', created_at desc
) o
where v.derived_from is not null and v.id::text = o.id;

alter table videos add column poster_path text, add column sprite_path text;

create table picture_outcomes (
  video_id uuid primary key references videos (id) on delete cascade,
  identity text not null,
  wish text not null,
  result jsonb not null,
  job_id text not null,
  created_at timestamptz not null default now()
);
comment on table picture_outcomes is
  'The pictures that stand for a video: asked for again, of the same content with the same wish, they are not made again.';
comment on column picture_outcomes.identity is 'The video''s head_tail_hash, which holds its size.';
comment on column picture_outcomes.wish is 'Hash of what was asked for.';
