import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { createAudiobookshelfServer } from '../../../src/integrations/libraries/audiobookshelf/server.js';
import type { LibraryServer, ServerItem } from '../../../src/integrations/libraries/port.js';
import {
  startAudiobookshelfContractServer,
  type AudiobookshelfContractServer,
} from '../../support/audiobookshelf-contract-server.js';
import { eventually } from '../../support/eventually.js';
import { describeLibraryServer } from './contract.js';

describeLibraryServer({
  name: 'Audiobookshelf',
  kind: 'audiobookshelf',
  start: (folder) => startAudiobookshelfContractServer({ folder }),
  adapt: createAudiobookshelfServer,
  lists: /\/items$/,
  tickMs: 1,
});

describe('Audiobookshelf', () => {
  const signal = new AbortController().signal;
  let folder: string;
  let stage: AudiobookshelfContractServer;
  let server: LibraryServer;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'longplay-abs-'));
    stage = await startAudiobookshelfContractServer({ folder });
    const { url: baseUrl, section, token: secret } = stage;
    server = createAudiobookshelfServer({ id: 'books', kind: 'audiobookshelf', baseUrl, section, secret });
  });

  afterEach(async () => {
    stage.scans.release();
    await stage.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function put(file: string): Promise<void> {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), 'x');
  }

  async function scanned(): Promise<ServerItem[]> {
    expect(await server.scan(undefined, signal)).toBe('asked');
    await eventually(async () => (await server.scanState(signal)) === 'idle');
    const found: ServerItem[] = [];
    for await (const item of server.items({ signal })) found.push(item);
    return found;
  }

  it('does not ask for a scan that would be dropped, and says so (no. 53)', async () => {
    stage.scans.hold();
    expect(await server.scan(undefined, signal)).toBe('asked');
    await put('Wells/The Time Machine/a.mp3');
    expect(await server.scan(undefined, signal)).toBe('busy');
    stage.scans.release();
    await eventually(async () => (await server.scanState(signal)) === 'idle');
    expect(stage.ran()).toBe(1);
    expect(stage.calls.filter(({ method }) => method === 'POST')).toHaveLength(1);
    await scanned();
    expect(stage.ran()).toBe(2);
  });

  it('tells an ASIN in square brackets, year and narrator of the folder that we write', async () => {
    await put('Wells/Stories/Vol 2 - (1895) - The Time Machine [B002V1BPCI] {A Reader}/a.m4b');
    await put('Wells/Tono B002V1BPCJ/a.m4b');
    const found = await scanned();
    expect(
      found.map(({ title, author, year, asin, narrator }) => ({ title, author, year, asin, narrator })),
    ).toEqual([
      { title: 'The Time Machine', author: 'Wells', year: 1895, asin: 'B002V1BPCI', narrator: 'A Reader' },
      { title: 'Tono B002V1BPCJ', author: 'Wells', year: undefined, asin: undefined, narrator: undefined },
    ]);
  });

  it('keeps the item, and its id, of a folder that was renamed in place (no. 56)', async () => {
    await put('Wells/The Time Machine/a.mp3');
    const [before] = await scanned();
    await rename(path.join(folder, 'Wells/The Time Machine'), path.join(folder, 'Wells/Time Machine'));
    const after = await scanned();
    expect(after.map(({ serverId, path: at }) => [serverId, at])).toEqual([
      [before?.serverId, path.join(folder, 'Wells/Time Machine')],
    ]);
  });

  it('shows an item no more that is missing, though it stays in the list', async () => {
    await put('Wells/The Time Machine/a.mp3');
    await scanned();
    await rm(path.join(folder, 'Wells'), { recursive: true });
    expect(await scanned()).toEqual([]);
  });

  it('takes a file in the root, and a book with nothing to listen to, for items of their own', async () => {
    await put('Alone.m4b');
    await put('Wells/Paper/book.epub');
    const found = await scanned();
    expect(found.map(({ mediaType, path: at }) => [mediaType, path.relative(folder, at)])).toEqual([
      ['audiobook', 'Alone.m4b'],
      ['ebook', 'Wells/Paper'],
    ]);
  });
});
