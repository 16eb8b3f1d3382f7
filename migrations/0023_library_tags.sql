-- Tags that imports write into the sound files of a library.
alter table libraries add column write_tags text not null default 'copies'
  check (write_tags in ('never', 'copies', 'always'));
comment on column libraries.write_tags is
  'copies: into files that are no links to their download; always: nothing that can be tagged is linked.';
