-- Room on disks that running work has still to fill: of several that do not fit at once none meets a full disk halfway.

create table space_reservations (
  job_id text not null references jobs (id) on delete cascade,
  place text not null,
  bytes bigint not null check (bytes >= 0),
  reserved_at timestamptz not null default now(),
  primary key (job_id, place)
);
comment on table space_reservations is
  'What the steps of open jobs have still to write; a step gives it back at its end, and a job that has ended holds nothing.';
comment on column space_reservations.place is 'Logical path of the folder; those on one disk share its room.';
