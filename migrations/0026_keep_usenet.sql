alter table indexers add column remove_after_processing boolean not null default true;
comment on column indexers.remove_after_processing is 'Usenet: a download is removed from its client once the library shows it; false: it stays there with its files.';

comment on column downloads.adopted is 'Somebody else has put it into the client, or it was left there to its user: its data is never deleted by us.';
