-- The scheduled duties of acquisition: default schedules, and why what has met its seeding duty stays.

create table offered_schedules (
  schedule_id text primary key,
  library_id text,
  offered_at timestamptz not null default now()
);
comment on table offered_schedules is
  'Default schedules that were created once: what a person has edited or removed since stays so.';
comment on column offered_schedules.library_id is 'Whose scans it asks for: it goes with its library.';

alter table seeding_duties add column kept_because text;
comment on column seeding_duties.kept_because is 'The duty is met, but to remove it would lose something.';
