-- Episodes share their season's folder: the claim of each is on its own name in it (acquisition.md §5.1 no. 5).
alter table imports add column claim text;
comment on column imports.claim is 'What the import holds for itself; null: its target folder.';
drop index imports_target;
create unique index imports_target on imports (coalesce(claim, target)) where undone_at is null;
