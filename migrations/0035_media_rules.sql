-- Rules that start jobs by themselves for new videos (media library).

create table media_rules (
  id text primary key,
  name text not null,
  places text[] not null,
  filed boolean not null,
  videos text not null check (videos in ('all', 'valid', 'unplayable')),
  type text not null,
  params jsonb not null,
  priority integer check (priority between 1 and 10),
  enabled boolean not null,
  created_at timestamptz not null default now()
);
comment on table media_rules is 'What is to be done with a new video; each rule starts one job for one content of it.';
comment on column media_rules.places is 'Logical paths: a video that is new below one of them.';
comment on column media_rules.filed is 'Whether it counts for what requests have filed, too.';

create table media_rule_runs (
  rule_id text not null references media_rules (id) on delete cascade,
  video_id uuid not null references videos (id) on delete cascade,
  identity text not null,
  job_id text,
  refused text,
  created_at timestamptz not null default now(),
  primary key (rule_id, video_id, identity)
);
comment on table media_rule_runs is 'What a rule has done, once for each content: a repeat and a kill in the middle start nothing twice.';
comment on column media_rule_runs.refused is 'Why no job could be made: its params are no longer valid.';
create index media_rule_runs_newest on media_rule_runs (rule_id, created_at desc);

-- What stands in the library already is nobody's new video.
alter table videos add column rules_at timestamptz default now();
alter table videos alter column rules_at drop default;
comment on column videos.rules_at is 'When rules have looked at this content; null: they have still to.';
create index videos_for_rules on videos (first_seen_at) where rules_at is null;

create table filed_videos (
  place text primary key,
  job_id text not null,
  filed_at timestamptz not null default now()
);
comment on table filed_videos is 'Logical paths of the videos that imports have filed; a scan may find them later.';

alter table imports add column rules_at timestamptz default now();
alter table imports alter column rules_at drop default;
comment on column imports.rules_at is 'When its videos were noted in filed_videos; null: they have still to be.';
create index imports_for_rules on imports (committed_at) where rules_at is null and committed_at is not null;

create index jobs_of_rules on jobs (created_at) where outcome_status is null and created_by like 'rule %';

insert into media_rules (id, name, places, filed, videos, type, params, priority, enabled) values
  ('validate-new', 'Check new videos', '{inbox:}', true, 'all', 'validate', '{}', 9, true),
  ('thumbnail-new', 'Make a thumbnail of new videos', '{inbox:}', true, 'valid', 'thumbnail_generate', '{}', 9, true),
  ('playback-new', 'Make new videos playable in browsers', '{inbox:}', true, 'unplayable', 'reencode_streaming', '{}', 9, true);
