-- What a look into the whole of a video has found.

alter table videos add column verdict text check (verdict in ('valid', 'invalid', 'outdated')),
  add column validated_at timestamptz,
  add column validated_level text check (validated_level in ('quick', 'packets', 'thorough')),
  add column validated_by text,
  add check ((verdict is null) = (validated_at is null));
comment on column videos.verdict is
  'Of the last validation; outdated: the file has changed since, and nothing that was found holds. Null: never validated.';
comment on column videos.validated_level is 'How deep the last validation went.';
comment on column videos.validated_by is 'The job that validated it last.';

create index videos_verdict on videos (verdict, first_seen_at desc, id desc) where verdict is not null;

create table video_findings (
  video_id uuid not null references videos (id) on delete cascade,
  place integer not null,
  code text not null,
  severity text not null check (severity in ('error', 'warning', 'notice')),
  message text not null,
  remedy text,
  evidence jsonb not null,
  level text not null check (level in ('quick', 'packets', 'thorough')),
  job_id text not null,
  found_at timestamptz not null default now(),
  primary key (video_id, place)
);
comment on table video_findings is
  'One row a finding of a video''s last validation, the gravest first. Each validation replaces all of them at once.';
comment on column video_findings.evidence is 'Seconds, counts, bytes and stream numbers that the message tells in words.';
