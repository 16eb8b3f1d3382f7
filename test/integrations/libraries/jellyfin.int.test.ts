import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { createJellyfinServer } from '../../../src/integrations/libraries/jellyfin/server.js';
import { eventually } from '../../support/eventually.js';
import { startJellyfinContractServer } from '../../support/jellyfin-contract-server.js';
import { describeLibraryServer } from './contract.js';

describeLibraryServer({
  name: 'Jellyfin',
  kind: 'jellyfin',
  start: (folder) => startJellyfinContractServer({ folder }),
  adapt: createJellyfinServer,
  lists: /^\/Items$/,
  tickMs: 1,
});

describe('Jellyfin', () => {
  it('works on a reported folder later, and a further report begins the wait anew', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'longplay-jellyfin-'));
    const stage = await startJellyfinContractServer({ folder, delayMs: 400 });
    const { url: baseUrl, section, token: secret } = stage;
    const server = createJellyfinServer({ id: 'books', kind: 'jellyfin', baseUrl, section, secret });
    const signal = new AbortController().signal;
    const shown = async (): Promise<number> => {
      let count = 0;
      for await (const _item of server.items({ signal })) count += 1;
      return count;
    };
    try {
      await mkdir(path.join(folder, 'Wells/Tono'), { recursive: true });
      await writeFile(path.join(folder, 'Wells/Tono/a.mp3'), 'x');
      const begun = performance.now();
      await server.scan(path.join(folder, 'Wells/Tono'), signal);
      expect(await shown()).toBe(0);
      await eventually(() => performance.now() - begun > 200);
      await server.scan(path.join(folder, 'Wells/Tono'), signal);
      await eventually(async () => (await shown()) === 1);
      expect(performance.now() - begun).toBeGreaterThan(590);
      expect(server.beginsWithinMs).toBe(60_000);
    } finally {
      await stage.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
