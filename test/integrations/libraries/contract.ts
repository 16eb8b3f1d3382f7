import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import type { LibraryServerSettings } from '../../../src/integrations/integrations.js';
import type { LibraryServer, ServerItem } from '../../../src/integrations/libraries/port.js';
import { eventually } from '../../support/eventually.js';
import type { MediaServer, Scans, ServerFault } from '../../support/media-server.js';

/** A running contract server of the product; it really reads the folder. */
export interface StagedServer extends MediaServer {
  token: string;
  section: string;
  scans: Scans;
  watch: (people: number) => void;
  setClock: (now: () => number) => void;
}

export interface ProductUnderTest {
  name: string;
  kind: LibraryServer['kind'];
  start: (folder: string) => Promise<StagedServer>;
  adapt: (settings: LibraryServerSettings, options: { pageSize: number; timeoutMs: number }) => LibraryServer;
  /** The address of its lists, where pages are bent. */
  lists: RegExp;
  /** What the server's clock counts in, milliseconds. */
  tickMs: number;
}

/** Enough for the 16 MiB of an endless answer on a busy machine. */
const TIMEOUT_MS = 3_000;
const PAGE_SIZE = 3;
const signal = new AbortController().signal;

/** What every library server must do: each product behind the port runs this whole suite. */
export function describeLibraryServer(product: ProductUnderTest): void {
  describe(`the library server ${product.name}`, () => {
    let folder: string;
    let stage: StagedServer;
    let server: LibraryServer;

    beforeEach(async () => {
      folder = await mkdtemp(path.join(tmpdir(), 'longplay-library-'));
      stage = await product.start(folder);
      server = adapt();
    });

    afterEach(async () => {
      stage.scans.release();
      await stage.close();
      await rm(folder, { recursive: true, force: true });
    });

    function adapt(own: Partial<LibraryServerSettings> = {}): LibraryServer {
      const { url: baseUrl, section, token: secret } = stage;
      const settings = { id: 'books', kind: product.kind, baseUrl, section, secret, ...own };
      return product.adapt(settings, { pageSize: PAGE_SIZE, timeoutMs: TIMEOUT_MS });
    }

    async function put(relative: string, bytes = 10): Promise<void> {
      await mkdir(path.dirname(path.join(folder, relative)), { recursive: true });
      await writeFile(path.join(folder, relative), 'x'.repeat(bytes));
    }

    async function putBooks(count: number): Promise<void> {
      for (let number = 1; number <= count; number += 1) await put(`Author/Book ${number}/part.mp3`);
    }

    async function read(options: { addedSince?: Date } = {}): Promise<ServerItem[]> {
      const items: ServerItem[] = [];
      for await (const item of server.items({ ...options, signal })) items.push(item);
      return items.sort((one, other) => (one.path < other.path ? -1 : 1));
    }

    async function scanAll(): Promise<void> {
      expect(await server.scan(undefined, signal)).toBe('asked');
      await stage.scans.settled();
    }

    async function scanned(...paths: string[]): Promise<ServerItem[]> {
      await scanAll();
      expect(await shown()).toEqual(paths);
      return read();
    }

    async function shown(): Promise<string[]> {
      return (await read()).map((item) => path.relative(folder, item.path));
    }

    it('says what it is, and what it holds where', async () => {
      const probe = await adapt({ section: null }).probe(signal);
      expect(probe.product).toBe(product.name);
      expect(probe.version).toMatch(/^\d+\.\d+/);
      expect(probe.sections).toEqual([
        { id: stage.section, name: expect.any(String), mediaTypes: expect.any(Array), folders: [folder] },
      ]);
      expect(probe.sections[0]?.mediaTypes).toContain('audiobook');
    });

    it('shows a new book with its files once it was asked to scan', async () => {
      await put('Wells/The Time Machine/one.mp3', 12);
      await put('Wells/The Time Machine/two.mp3', 34);
      expect(await read()).toEqual([]);
      const [book] = await scanned('Wells/The Time Machine');
      expect(book).toMatchObject({
        mediaType: 'audiobook',
        title: 'The Time Machine',
        author: 'Wells',
        durationSeconds: 3_600,
        addedAt: expect.stringMatching(/^\d{4}-.*Z$/),
        path: path.join(folder, 'Wells/The Time Machine'),
        files: [
          { path: path.join(folder, 'Wells/The Time Machine/one.mp3'), sizeBytes: 12 },
          { path: path.join(folder, 'Wells/The Time Machine/two.mp3'), sizeBytes: 34 },
        ],
      });
    });

    it('scans one folder and no other, where it can', async () => {
      await putBooks(2);
      await server.scan(path.join(folder, 'Author/Book 2'), signal);
      await eventually(async () => (await shown()).includes('Author/Book 2'));
      expect(await shown()).toEqual([...(server.scansFolders ? [] : ['Author/Book 1']), 'Author/Book 2']);
    });

    it('tells that a scan runs, and when it has ended', async () => {
      expect(await server.scanState(signal)).toBe('idle');
      stage.scans.hold();
      await server.scan(undefined, signal);
      expect(await server.scanState(signal)).toBe('running');
      stage.scans.release();
      await eventually(async () => (await server.scanState(signal)) === 'idle');
    });

    it('has what came while a scan was running after a further one: none is lost', async () => {
      stage.scans.hold();
      await server.scan(undefined, signal);
      await putBooks(1);
      const further = await server.scan(undefined, signal);
      stage.scans.release();
      await eventually(async () => (await server.scanState(signal)) === 'idle');
      if (further === 'busy') expect(await server.scan(undefined, signal)).toBe('asked');
      await eventually(async () => (await shown()).includes('Author/Book 1'));
    });

    it('passes over what is being put there under a hidden name, and sees it once it is renamed', async () => {
      await put('Author/.Book.partial-1/part.mp3');
      await put('Author/Other/part.mp3');
      await scanned('Author/Other');
      await rename(path.join(folder, 'Author/.Book.partial-1'), path.join(folder, 'Author/Book'));
      await scanned('Author/Book', 'Author/Other');
    });

    it('has one item after a folder was renamed in place', async () => {
      await putBooks(2);
      await scanned('Author/Book 1', 'Author/Book 2');
      await rename(path.join(folder, 'Author/Book 1'), path.join(folder, 'Author/Renamed'));
      expect(await scanned('Author/Book 2', 'Author/Renamed')).toHaveLength(2);
    });

    it('shows no more what is gone', async () => {
      await putBooks(2);
      await scanned('Author/Book 1', 'Author/Book 2');
      await rm(path.join(folder, 'Author/Book 1'), { recursive: true });
      await scanned('Author/Book 2');
    });

    it('reads every page', async () => {
      await putBooks(8);
      await scanAll();
      expect(await read()).toHaveLength(8);
      expect(new Set((await read()).map(({ serverId }) => serverId)).size).toBe(8);
    });

    it('tells all that came since a moment, however many, and nothing older', async () => {
      const then = Date.parse('2026-03-01T12:00:00Z');
      stage.setClock(() => (then - 3_600_000) / product.tickMs);
      await putBooks(4);
      await scanAll();
      expect(await read()).toHaveLength(4);
      stage.setClock(() => (then + 1_000) / product.tickMs);
      for (let number = 1; number <= 12; number += 1) await put(`New/Book ${number}/part.mp3`);
      await scanAll();
      expect(await read()).toHaveLength(16);
      const fresh = await read({ addedSince: new Date(then) });
      expect(fresh).toHaveLength(12);
      expect(fresh.every(({ path: at }) => at.startsWith(path.join(folder, 'New')))).toBe(true);
      expect(fresh.every(({ files }) => files.length === 1)).toBe(true);
    });

    describe('never takes a part of the list for all of it', () => {
      beforeEach(async () => {
        await putBooks(8);
        await scanAll();
        expect(await read()).toHaveLength(8);
      });

      it.each<[string, ServerFault]>([
        ['a page is short', { kind: 'short_page' }],
        ['a page is empty', { kind: 'empty_page' }],
        ['the total changes between two pages', { kind: 'total_changes' }],
      ])('when %s', async (_what, fault) => {
        stage.setFault(fault, { after: 1, at: product.lists });
        await expect(read()).rejects.toMatchObject({
          kind: 'transient',
          message: expect.stringContaining('changed while it was read'),
        });
      });

      it('when the connection is cut in the middle', async () => {
        stage.setFault({ kind: 'cut' }, { after: 1, at: product.lists });
        await expect(read()).rejects.toMatchObject({ kind: 'environment' });
      });

      it('when the first page already is empty, though the total says otherwise', async () => {
        stage.setFault({ kind: 'empty_page' }, { at: product.lists });
        await expect(read()).rejects.toMatchObject({ kind: 'transient' });
      });
    });

    describe('names what is wrong', () => {
      const away = { kind: 'environment', waitingReason: 'library_unreachable' };

      it.each<[string, ServerFault, object]>([
        ['401', { kind: 'status', status: 401 }, { kind: 'credentials' }],
        ['403', { kind: 'status', status: 403 }, { kind: 'credentials' }],
        [
          '429',
          { kind: 'status', status: 429, retryAfter: '90' },
          { kind: 'throttled', retryAfterMs: 90_000 },
        ],
        ['404', { kind: 'status', status: 404 }, { kind: 'bad_input' }],
        ['500', { kind: 'status', status: 500 }, { kind: 'transient' }],
        ['502', { kind: 'status', status: 502 }, away],
        ['503', { kind: 'status', status: 503 }, away],
        ['302', { kind: 'status', status: 302 }, away],
        ['a web page', { kind: 'html' }, away],
        ['silence', { kind: 'silent' }, away],
        ['a cut connection', { kind: 'cut' }, away],
        ['half an answer', { kind: 'malformed' }, { kind: 'transient' }],
        ['another answer', { kind: 'wrong_shape' }, { kind: 'transient' }],
        ['an endless answer', { kind: 'endless' }, { kind: 'transient' }],
      ])('%s', async (_what, fault, expected) => {
        stage.setFault(fault);
        await expect(read()).rejects.toMatchObject(expected);
        stage.setFault(undefined);
        expect(await read()).toEqual([]);
      });

      it('a refused token, without telling it', async () => {
        server = adapt({ secret: 'of-somebody-else' });
        const refused = await read().catch((error: unknown) => error);
        expect(refused).toMatchObject({ kind: 'credentials', remedy: expect.any(String) });
        expect(String(refused)).not.toContain('of-somebody-else');
      });

      it('nobody there', async () => {
        await stage.close();
        await expect(server.probe(signal)).rejects.toMatchObject(away);
        await expect(server.scan(undefined, signal)).rejects.toMatchObject(away);
      });

      it('a section that it does not have, and those which it has', async () => {
        server = adapt({ section: '999' });
        const unknown = {
          kind: 'bad_input',
          message: expect.stringMatching(new RegExp(`"999".*${stage.section}`)),
        };
        await expect(server.scan(undefined, signal)).rejects.toMatchObject(unknown);
        await expect(read()).rejects.toMatchObject(unknown);
      });

      it('a folder that lies outside of the section, with both', async () => {
        await expect(server.scan(`${folder}2/Author`, signal)).rejects.toMatchObject({
          kind: 'bad_input',
          message: expect.stringMatching(new RegExp(`${folder}.*${folder}2/Author`)),
        });
      });
    });

    it('throws the reason of an abort', async () => {
      stage.setFault({ kind: 'silent' });
      const [reason, controller] = [new Error('paused by a person'), new AbortController()];
      const probing = server.probe(controller.signal);
      controller.abort(reason);
      await expect(probing).rejects.toBe(reason);
    });

    it('counts who plays something', async () => {
      expect(await server.watching(signal)).toBe(0);
      stage.watch(2);
      expect(await server.watching(signal)).toBe(2);
    });
  });
}
