import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { startQuietWatcher } from '../../src/workers/quiet-watcher.js';
import { createOtherLoad } from '../../src/workers/other-load.js';
import { startTestApi, type TestApi } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { startPlexContractServer, type PlexContractServer } from '../support/plex-contract-server.js';
import { runCli, type Ran } from '../cli/run-cli.js';

let api: TestApi;
let plex: PlexContractServer;

beforeAll(async () => {
  api = await startTestApi();
  const folder = api.parts.roots.resolve('library:Books');
  await mkdir(folder, { recursive: true });
  plex = await startPlexContractServer({ folder, seenAs: '/data/books' });
  await api.send('POST', '/api/libraries', {
    body: {
      ...{ name: 'Plex', kind: 'plex', root: 'library:Books', baseUrl: plex.url, section: plex.section },
      ...{ secret: plex.token, pathMappings: [{ remote: '/data/books', logical: 'library:Books' }] },
    },
  });
});

afterAll(async () => {
  await plex.close();
  await api.stop();
});

const run = (argv: string[]): Promise<Ran> =>
  runCli(argv, { url: api.url, environment: { LONGPLAY_TOKEN: api.tokens.super_admin } });

async function nowQuiet(): Promise<string> {
  return (await run(['quiet', 'list'])).stdout;
}

describe('the quiet watcher', () => {
  it('looks at once after a rule was set, and sees who watches on a media server', async () => {
    plex.watch(2);
    const watcher = startQuietWatcher(api.parts);
    try {
      // It listens from its first pass on.
      await eventually(async () => {
        const set = ['quiet', 'set', 'film', '{"name": "Film", "when": {"kind": "watching"}, "queues": []}'];
        expect((await run(set)).status).toBe(0);
        return (await nowQuiet()).includes('Film: 2 watching');
      });
      plex.watch(0);
      watcher.nudge();
      await eventually(async () => !(await nowQuiet()).includes('watching'));
    } finally {
      await watcher.stop();
    }
  });

  it.each([
    [
      '{"name": "X", "when": {"kind": "hours", "from": "25:00", "to": "07:00"}}',
      'expected a time such as 22:30',
    ],
    [
      '{"name": "X", "when": {"kind": "hours", "from": "22:00", "to": "07:00", "timezone": "Mars"}}',
      'time zone',
    ],
    ['{"name": "X", "when": {"kind": "load", "percent": 0}}', '/when/percent'],
    ['{"name": "X", "when": {"kind": "watching"}, "queues": ["workflows"]}', '/queues/0'],
  ])('is given no rule that cannot work: %s', async (json, told) => {
    const { status, stderr } = await run(['quiet', 'set', 'x', json]);
    expect(status).toBe(4);
    expect(stderr).toContain(told);
  });
});

describe('the load by other programs', () => {
  it('counts what the kernel counts, without niced work, since the last look', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'longplay-load-'));
    const file = path.join(folder, 'stat');
    const write = (...ticks: number[]) => writeFile(file, `cpu  ${ticks.join(' ')}\ncpu0 1 2 3\n`);
    try {
      const load = createOtherLoad(file);
      // user nice system idle iowait irq softirq steal
      await write(100, 1_000, 50, 5_000, 10, 0, 0, 0);
      expect(await load.sample()).toBeUndefined();
      await write(130, 1_500, 60, 5_450, 20, 0, 0, 0);
      expect(await load.sample()).toBeCloseTo(4, 5);
      await write(130, 1_500, 60, 5_450, 20, 0, 0, 0);
      expect(await load.sample()).toBeUndefined();
      await rm(file);
      expect(await load.sample()).toBeUndefined();
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
