-- What was decided and made of a video, so that nothing is done twice.

create table media_outcomes (
  identity text not null,
  profile text not null,
  outcome text not null check (outcome in ('done', 'nothing', 'kept_original')),
  result jsonb not null,
  job_id text not null,
  created_at timestamptz not null default now(),
  primary key (identity, profile)
);
comment on table media_outcomes is
  'An encode that was asked for before, of the same content with the same wish, is not run again (media.md §7 no. 10).';
comment on column media_outcomes.identity is 'The video''s head_tail_hash, which holds its size: a copy elsewhere is the same.';
comment on column media_outcomes.profile is 'Hash of the wish and of the version of the rules.';
