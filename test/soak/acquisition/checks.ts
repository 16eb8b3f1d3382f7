import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

import type { DownloadClient } from '../../../src/integrations/download-clients/port.js';
import type { House } from '../house/house.js';
import type { Asked } from './ask.js';
import type { FixtureKind } from './fixtures.js';
import type { World } from './world.js';

/** One line of what is wrong; none: all is as it has to be. */
export type Wrong = string;

export interface Kept {
  house: House;
  world: World;
  asked: readonly Asked[];
  clients: ReadonlyMap<string, DownloadClient>;
}

interface Found {
  jobId: string;
  state: string;
  detail: string | null;
}

/** Every request that was taken is on the board, in the state that its fixture calls for. */
export async function checkStates({ house, asked }: Kept): Promise<{
  wrong: Wrong[];
  byKind: Map<FixtureKind, Map<string, number>>;
}> {
  const { rows } = await house
    .database()
    .query<Found>('select job_id as "jobId", state, state_detail as detail from requests');
  const states = new Map(rows.map((row) => [row.jobId, row]));
  const wrong: Wrong[] = [];
  const byKind = new Map<FixtureKind, Map<string, number>>();
  for (const { book, jobId, ends, mayBeFiled } of asked) {
    const found = jobId === undefined ? undefined : states.get(jobId);
    const state = found?.state ?? 'lost';
    const counts = byKind.get(book.kind) ?? new Map<string, number>();
    byKind.set(book.kind, counts.set(state, (counts.get(state) ?? 0) + 1));
    const isRight = state === ends || (mayBeFiled === true && state === 'available');
    if (!isRight)
      wrong.push(
        `${book.kind} no. ${book.number} (${jobId ?? 'never taken'}) is ${state}, expected ${ends}: ${found?.detail ?? ''}`,
      );
  }
  return { wrong, byKind };
}

/** Each available book is in the library once, whole; nothing else is, and no import was made twice. */
export async function checkLibrary({ house, world, asked }: Kept): Promise<Wrong[]> {
  const { library } = house.roots;
  const entries = await readdir(library, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  const found = new Map<string, string[]>();
  for (const file of files.filter((one) => one.endsWith('.m4b'))) {
    const hash = createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
    found.set(hash, [...(found.get(hash) ?? []), file]);
  }
  const wrong: Wrong[] = files
    .filter((file) => path.relative(library, file).includes('.partial'))
    .map((file) => `the library has a partial file: ${path.relative(library, file)}`);
  const wanted = new Map(
    asked
      .filter(({ ends }) => ends === 'available')
      .map(({ book }) => [world.hashes.get(book.number), book] as const),
  );
  for (const [hash, book] of wanted) {
    const places = found.get(hash ?? '') ?? [];
    if (places.length !== 1)
      wrong.push(`${book.kind} no. ${book.number} is in the library ${places.length} times`);
  }
  // A cancel keeps what is filed by then (acquisition.md §7.4).
  const filed = await filedAndCancelled(house);
  const mayBe = new Set(
    asked
      .filter(({ mayBeFiled, jobId = '' }) => mayBeFiled === true || filed.has(jobId))
      .map(({ book }) => world.hashes.get(book.number)),
  );
  for (const [hash, places] of found)
    if (!wanted.has(hash) && !mayBe.has(hash))
      wrong.push(`the library has what nobody asked for: ${places.join(', ')}`);
  const { rows } = await house.database().query<{ requestId: string; times: number }>(
    `select request_id as "requestId", count(*) as times from imports
     where committed_at is not null and undone_at is null group by request_id having count(*) > 1`,
  );
  return [...wrong, ...rows.map(({ requestId, times }) => `${requestId} was imported ${times} times`)];
}

async function filedAndCancelled(house: House): Promise<Set<string>> {
  const { rows } = await house.database().query<{ jobId: string }>(
    `select r.job_id as "jobId" from requests r join imports i on i.request_id = r.id
     where r.state = 'cancelled' and i.committed_at is not null and i.undone_at is null`,
  );
  return new Set(rows.map(({ jobId }) => jobId));
}

/** What clients and disks hold belongs to an open download; what was given up or filed is gone from them. */
export async function checkOrphans({ house, clients }: Kept): Promise<Wrong[]> {
  const { rows } = await house
    .database()
    .query<{ id: string; clientId: string; item: string; request: string }>(
      `select d.id, d.client_id as "clientId", d.client_item_id as item, coalesce(r.state, 'none') as request
     from downloads d left join requests r on r.id = d.request_id where d.removed_at is null`,
    );
  const wrong: Wrong[] = rows
    .filter(({ request }) =>
      ['available', 'cancelled', 'failed', 'denied', 'awaiting_release'].includes(request),
    )
    .map(({ id, request }) => `the download ${id} is open, its request is ${request}`);
  const known = new Set(rows.map(({ clientId, item }) => `${clientId} ${item}`));
  for (const [clientId, client] of clients) {
    for (const { clientItemId, state } of await client.list(AbortSignal.timeout(15_000)))
      if (!known.has(`${clientId} ${clientItemId}`))
        wrong.push(`${clientId} has ${clientItemId}, ${state}, which no open download owns`);
  }
  const open = new Set(rows.map(({ id }) => id));
  for (const name of await readdir(house.roots.downloads))
    if (name.startsWith('dl-') && !open.has(name)) wrong.push(`downloads has ${name}, which is not open`);
  return wrong;
}

export function checkPace({ world }: Kept): Wrong[] {
  const { limited } = world.indexers;
  return limited.tooFast() === 0
    ? []
    : [`${limited.tooFast()} of ${limited.calls()} calls to the limited indexer came too fast`];
}
