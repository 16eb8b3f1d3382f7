import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { createPlexServer } from '../../../src/integrations/libraries/plex/server.js';
import type { ServerItem } from '../../../src/integrations/libraries/port.js';
import { eventually } from '../../support/eventually.js';
import { startPlexContractServer, type PlexContractServer } from '../../support/plex-contract-server.js';
import { describeLibraryServer } from './contract.js';

describeLibraryServer({
  name: 'Plex',
  kind: 'plex',
  start: (folder) => startPlexContractServer({ folder }),
  adapt: createPlexServer,
  lists: /\/all$/,
  tickMs: 1_000,
});

describe('Plex', () => {
  const signal = new AbortController().signal;
  let folder: string;
  let stage: PlexContractServer;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'longplay-plex-'));
    stage = await startPlexContractServer({ folder });
  });

  afterEach(async () => {
    await stage.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function items(): Promise<ServerItem[]> {
    const { url: baseUrl, section, token: secret } = stage;
    const server = createPlexServer({ id: 'books', kind: 'plex', baseUrl, section, secret });
    await server.scan(undefined, signal);
    await eventually(async () => (await server.scanState(signal)) === 'idle');
    const found: ServerItem[] = [];
    for await (const item of server.items({ signal })) found.push(item);
    return found;
  }

  async function put(...files: string[]): Promise<void> {
    for (const file of files) {
      await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
      await writeFile(path.join(folder, file), 'x');
    }
  }

  it('asks for albums, not for artists, and by GET', async () => {
    await put('Wells/The Time Machine/a.mp3');
    expect(await items()).toMatchObject([{ title: 'The Time Machine', author: 'Wells' }]);
    expect(stage.calls.every(({ method }) => method === 'GET')).toBe(true);
  });

  it('reads the ASIN that the agents for audiobooks put into the guid', async () => {
    await put('Wells/The Time Machine/a.mp3', 'Wells/Tono/a.mp3');
    stage.setGuid('The Time Machine', 'com.plexapp.agents.audnexus://B002V1BPCI_us?lang=en');
    stage.setGuid('Tono', 'plex://album/5d07cdb4403c640290f4f5d2');
    const found = await items();
    expect(found.map(({ title, asin }) => [title, asin])).toEqual([
      ['The Time Machine', 'B002V1BPCI'],
      ['Tono', undefined],
    ]);
  });

  it('keeps its token out of addresses', async () => {
    await items();
    expect(JSON.stringify(stage.calls.map((call) => [call.path, [...call.query]]))).not.toContain(
      stage.token,
    );
  });
});
