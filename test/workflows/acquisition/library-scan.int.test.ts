import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { createJob } from '../../../src/jobs/create.js';
import { startTestCore, type TestCore } from '../../support/core.js';
import { eventually } from '../../support/eventually.js';
import { startPlexContractServer, type PlexContractServer } from '../../support/plex-contract-server.js';
import { useServer } from '../../activities/acquisition/library-servers.js';

/**
 * No other test's: a core finds in Temporal what earlier files have asked for, brings those requests back, and has their
 * libraries scanned.
 */
const LIBRARY = 'scanned-by-plex';

let core: TestCore;
let plex: PlexContractServer;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longplay-scan-'));
  for (const name of ['A/One', 'A/Two', 'A/Three']) {
    await mkdir(path.join(folder, name), { recursive: true });
    await writeFile(path.join(folder, name, 'a.mp3'), 'x');
  }
  core = await startTestCore();
  plex = await startPlexContractServer({ folder, seenAs: '/data/books' });
  await useServer({ deps: core.parts }, 'plex', plex, LIBRARY);
});

afterAll(async () => {
  await core.stop();
  await plex.close();
  await rm(folder, { recursive: true, force: true });
});

const ask = async (type: string, params: object): Promise<string> =>
  (await createJob(core.parts, { type, params, createdBy: 'test' })).job.id;

const asks = (): string[] =>
  plex.calls.filter(({ path: at }) => at.endsWith('/refresh')).map(({ query }) => query.get('path') ?? 'all');

describe('scans of one library', () => {
  it('run one at a time, and what is asked for within some seconds is one (no. 53, no. 77)', async () => {
    plex.scans.hold();
    const ids = await Promise.all(
      ['A/One', 'A/Two', 'A/Three'].map((at) => ask('library_scan', { libraryId: LIBRARY, path: at })),
    );
    await core.until(ids[0] ?? '', ({ waitingReason }) => waitingReason === 'library_scan');
    await eventually(() => asks().length === 3, { withinMs: 30_000 }).catch(async (error: unknown) => {
      const views = await Promise.all(ids.map((id) => core.view(id)));
      throw new Error(`Asked for ${asks().join(', ')}: ${JSON.stringify(views)}`, { cause: error });
    });
    const { rows } = await core.parts.db.query(
      `select count(*) filter (where s.name = 'scanServer')::int as running from job_attempts a
       join job_steps s on s.id = a.step_id where a.ended_at is null`,
    );
    expect(rows).toEqual([{ running: 1 }]);
    await eventually(async () => {
      const views = await Promise.all(ids.map((id) => core.view(id)));
      return views.filter(({ waitingReason }) => waitingReason === 'limit_busy').length === 2;
    });
    plex.scans.release();
    for (const id of ids) await core.until(id, ({ status }) => status === 'completed', 40_000);
    expect(asks().toSorted()).toEqual(['/data/books/A/One', '/data/books/A/Three', '/data/books/A/Two']);
  }, 90_000);

  it('a look at what is new is a job of its own, by either of its names', async () => {
    const id = await ask('plex_recently_added_check', { scheduledJobId: 'of-an-earlier-system' });
    const { result } = await core.until(id, ({ status }) => status === 'completed');
    expect(result).toEqual({ items: 3, found: 0, failed: [] });
  });
});
