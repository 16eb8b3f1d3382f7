-- What each worker's host can encode, as its worker has found out by trying (media.md §5.1).
-- The truth is in the memory of its process; the row only shows it.
alter table workers add column capabilities jsonb;
comment on column workers.capabilities is 'Encoders, what its card decodes, filters, and the quarantine of the card.';
