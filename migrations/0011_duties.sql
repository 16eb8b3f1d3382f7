-- What becomes of a download after it is complete, or after nobody waits for it: duties to seed, and parked ones.

alter table downloads
  add column parked_at timestamptz,
  add column directory_fault text;
comment on column downloads.parked_at is
  'It stalled: kept paused in its client until another release of its request is there, or until it is tried again.';
comment on column downloads.directory_fault is
  'The client says that its files lie where no path mapping leads.';

alter table downloads
  add column minimum_ratio real,
  add column minimum_seed_seconds integer;
comment on column downloads.minimum_ratio is 'What the indexer states of this release; its own settings may ask for more.';

alter table candidates add column release jsonb;
comment on column candidates.release is 'The release as its indexer told it, without links.';

create table seeding_duties (
  download_id text primary key references downloads (id) on delete cascade,
  ratio real check (ratio >= 0),
  seconds integer check (seconds >= 0),
  seeded_seconds integer not null default 0,
  began_at timestamptz not null default now(),
  met_at timestamptz,
  ended_at timestamptz
);
create index seeding_duties_open on seeding_duties (began_at) where ended_at is null;
comment on table seeding_duties is
  'Seeding that is owed to an indexer once the import is verified; of both numbers, those that are set must be met.';
