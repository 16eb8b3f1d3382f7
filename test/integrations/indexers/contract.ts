import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import type { IndexerOutcome } from '../../../src/domain/acquisition/release.js';
import type { Fault, FaultKind } from '../../../src/domain/faults.js';
import type { Indexer, IndexerQuery } from '../../../src/integrations/indexers/port.js';
import { writeTorrent } from './torrents.js';

/** What goes wrong with the whole indexer, whatever its protocol; each product's server stages it in its words. */
export type ContractFault =
  | { kind: 'limited'; retryAfter?: string }
  | { kind: 'status'; status: number }
  | { kind: 'key_refused' }
  | { kind: 'html' }
  | { kind: 'malformed' }
  | { kind: 'wrong_document' }
  | { kind: 'huge' }
  | { kind: 'silent' }
  | { kind: 'cut' };

/** What goes wrong with one download link. */
export type ContractDownloadFault = 'html' | 'text' | 'gone' | 'limited' | 'broken' | 'magnet' | 'endless';

export interface ContractRelease {
  guid: string;
  title: string;
  sizeBytes: number;
  seeders: number;
  author?: string;
  infoHash?: string;
  torrent?: Uint8Array;
  downloadFault?: ContractDownloadFault;
}

/** A running indexer of the product, with the adapter under test on it. Its answers time out within a second. */
export interface IndexerStage {
  indexer: Indexer;
  /** Never in any outcome, error or link. */
  apiKey: string;
  setFault: (fault: ContractFault | undefined) => void;
  /** Bytes of a huge or endless answer that the server really sent. */
  sentBytes: () => number;
  close: () => Promise<void>;
}

const BOOK = writeTorrent();
const query: IndexerQuery = { mode: 'search', text: 'Foundation', categories: [3030] };
const MEBIBYTE = 1_048_576;

const release = (guid: string, more: Partial<ContractRelease> = {}): ContractRelease => ({
  ...{ guid, title: `Isaac Asimov - Foundation ${guid} [M4B]`, sizeBytes: 300 * MEBIBYTE, seeders: 12 },
  ...more,
});

/** What every indexer adapter must keep (port.ts); call it with the way to start a product's server. */
export function describeIndexerContract(
  product: string,
  start: (releases: ContractRelease[]) => Promise<IndexerStage>,
): void {
  describe(`${product} as an indexer`, () => {
    let stage: IndexerStage;
    const signal = new AbortController().signal;

    beforeEach(async () => {
      stage = await start([
        release('good', {
          torrent: BOOK.bytes,
          infoHash: BOOK.infoHash.toUpperCase(),
          author: 'Isaac Asimov',
        }),
        ...(['html', 'text', 'gone', 'limited', 'broken', 'magnet', 'endless'] as const).map(
          (downloadFault) =>
            release(`download ${downloadFault}`, { downloadFault, infoHash: 'b'.repeat(40) }),
        ),
      ]);
    });

    afterEach(async () => {
      await stage.close();
    });

    it('tells its search modes and categories', async () => {
      const caps = await stage.indexer.caps(signal);
      expect(Object.keys(caps.searching)).toContain('search');
      expect(caps.categories.map(({ id }) => id)).toContain(3030);
      expect(caps.pageSize).toBeGreaterThan(0);
    });

    it('tells a release with size, seeders and a lower-case hash', async () => {
      const found = await releasesOf(stage);
      expect(found.find(({ guid }) => guid === 'good')).toMatchObject({
        indexerId: stage.indexer.id,
        protocol: 'torrent',
        title: 'Isaac Asimov - Foundation good [M4B]',
        sizeBytes: 300 * MEBIBYTE,
        seeders: 12,
        infoHash: BOOK.infoHash,
        freeleech: false,
      });
    });

    it('answers ok with no release where nothing fits', async () => {
      const outcome = await stage.indexer.search({ ...query, text: 'zzz qqq' }, signal);
      expect(outcome).toEqual({ outcome: 'ok', releases: [] });
    });

    describe('never takes a fault for "no results"', () => {
      const rows: [string, ContractFault, Partial<IndexerOutcome>][] = [
        [
          '429 with Retry-After in seconds',
          { kind: 'limited', retryAfter: '90' },
          { outcome: 'throttled', retryAfterMs: 90_000 },
        ],
        ['429 without Retry-After', { kind: 'limited' }, { outcome: 'throttled', retryAfterMs: 3_600_000 }],
        ['410', { kind: 'status', status: 410 }, { outcome: 'disabled' }],
        ['401', { kind: 'status', status: 401 }, { outcome: 'error', class: 'auth' }],
        ['403', { kind: 'status', status: 403 }, { outcome: 'error', class: 'auth' }],
        ['404', { kind: 'status', status: 404 }, { outcome: 'error', class: 'config' }],
        ['a refused key', { kind: 'key_refused' }, { outcome: 'error', class: 'auth' }],
        ['500', { kind: 'status', status: 500 }, { outcome: 'error', class: 'transient' }],
        ['502', { kind: 'status', status: 502 }, { outcome: 'error', class: 'transient' }],
        ['503', { kind: 'status', status: 503 }, { outcome: 'error', class: 'transient' }],
        ['504', { kind: 'status', status: 504 }, { outcome: 'error', class: 'transient' }],
        ['an HTML page with 200', { kind: 'html' }, { outcome: 'error', class: 'auth' }],
        ['a malformed document', { kind: 'malformed' }, { outcome: 'error', class: 'format' }],
        ['another document', { kind: 'wrong_document' }, { outcome: 'error', class: 'format' }],
        ['a body of 100 MB', { kind: 'huge' }, { outcome: 'error', class: 'format' }],
        ['silence', { kind: 'silent' }, { outcome: 'error', class: 'transient' }],
        ['a cut connection', { kind: 'cut' }, { outcome: 'error', class: 'transient' }],
      ];

      it.each(rows)('%s', async (_name, fault, expected) => {
        stage.setFault(fault);
        expect(await stage.indexer.search(query, signal)).toMatchObject(expected);
      });
    });

    it('reads Retry-After as a date', async () => {
      stage.setFault({ kind: 'limited', retryAfter: new Date(Date.now() + 120_000).toUTCString() });
      const outcome = await stage.indexer.search(query, signal);
      expect(outcome).toMatchObject({ outcome: 'throttled' });
      expect(outcome.outcome === 'throttled' && outcome.retryAfterMs).toBeGreaterThan(115_000);
      expect(outcome.outcome === 'throttled' && outcome.retryAfterMs).toBeLessThanOrEqual(120_000);
    });

    it('names the limit and stops reading a body of 100 MB', async () => {
      stage.setFault({ kind: 'huge' });
      const outcome = await stage.indexer.search(query, signal);
      expect(outcome).toMatchObject({ detail: expect.stringContaining(String(8 * MEBIBYTE)) });
      // The limit, and what socket buffers on both sides hold.
      expect(stage.sentBytes()).toBeLessThan(24 * MEBIBYTE);
    });

    it('works again once the fault is over', async () => {
      stage.setFault({ kind: 'status', status: 500 });
      await stage.indexer.search(query, signal);
      stage.setFault(undefined);
      expect(await releasesOf(stage)).toHaveLength(8);
    });

    it('throws the reason of an aborted search', async () => {
      stage.setFault({ kind: 'silent' });
      const reason = new Error('cancelled by a person');
      const controller = new AbortController();
      const search = stage.indexer.search(query, controller.signal);
      controller.abort(reason);
      await expect(search).rejects.toBe(reason);
    });

    it('says that nobody was reached when the server is gone', async () => {
      await stage.close();
      const outcome = await stage.indexer.search(query, signal);
      expect(outcome).toMatchObject({ outcome: 'error', class: 'transient', unreachable: true });
    });

    it('fetches the torrent of a release', async () => {
      const file = await stage.indexer.fetchRelease(await linkOf(stage, 'good'), signal);
      expect(file).toEqual({ kind: 'torrent', bytes: expect.anything() });
      expect(file.kind === 'torrent' && Buffer.from(BOOK.bytes).equals(file.bytes)).toBe(true);
    });

    it('gives the magnet link that a download link leads to', async () => {
      const file = await stage.indexer.fetchRelease(await linkOf(stage, 'download magnet'), signal);
      expect(file).toEqual({ kind: 'magnet', url: `magnet:?xt=urn:btih:${'b'.repeat(40)}` });
    });

    it.each<[ContractDownloadFault, FaultKind]>([
      ['html', 'release_fault'],
      ['text', 'release_fault'],
      ['gone', 'gone'],
      ['limited', 'throttled'],
      ['broken', 'transient'],
      ['endless', 'release_fault'],
    ])('answers a download link that gives %s with the fault %s', async (fault, kind) => {
      const failure = await failureOf(
        stage.indexer.fetchRelease(await linkOf(stage, `download ${fault}`), signal),
      );
      expect(failure.kind).toBe(kind);
      if (kind === 'throttled') expect(failure.retryAfterMs).toBe(30_000);
      expect(stage.sentBytes()).toBeLessThan(40 * MEBIBYTE);
    });

    it('keeps the key out of every outcome and link', async () => {
      const answers: unknown[] = [await stage.indexer.search(query, signal)];
      for (const fault of [{ kind: 'key_refused' }, { kind: 'silent' }, { kind: 'malformed' }] as const) {
        stage.setFault(fault);
        answers.push(await stage.indexer.search(query, signal));
      }
      expect(JSON.stringify(answers)).not.toContain(stage.apiKey);
    });

    async function releasesOf({ indexer }: IndexerStage) {
      const outcome = await indexer.search(query, signal);
      if (outcome.outcome !== 'ok') throw new Error(`Expected ok, got ${JSON.stringify(outcome)}`);
      return outcome.releases;
    }

    async function linkOf(on: IndexerStage, guid: string): Promise<string> {
      const found = (await releasesOf(on)).find((candidate) => candidate.guid === guid);
      if (found?.downloadUrl === undefined) throw new Error(`Expected a link for ${guid}`);
      return found.downloadUrl;
    }
  });
}

/** The fault that a call ends with. */
export async function failureOf(call: Promise<unknown>): Promise<Fault> {
  return call.then(
    (value) => {
      throw new Error(`Expected a fault, got ${JSON.stringify(value)}`);
    },
    (error: unknown) => error as Fault,
  );
}
