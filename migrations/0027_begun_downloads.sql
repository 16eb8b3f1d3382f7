alter table downloads add column begun_at timestamptz;
comment on column downloads.begun_at is 'Its client had no such item, and was asked for it: one that is there without our tag afterwards was forgotten by a client that was ended, and is ours.';
