-- How fast indexers are asked, and how long each download client's items may stand still.

alter table indexers
  add column call_interval_ms integer check (call_interval_ms between 0 and 3600000),
  add column next_call_at timestamptz;
comment on column indexers.call_interval_ms is
  'Least time between two calls, over all workers; null: 2 s, and none for an address of the own network.';
comment on column indexers.next_call_at is 'Calls before it are taken already.';

alter table download_clients add column stall_limits jsonb not null default '{}';
comment on column download_clients.stall_limits is
  'Minutes {metadata, withoutSeeds, withoutProgress} after which another release is tried; absent: the defaults.';
