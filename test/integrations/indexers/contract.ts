import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import type { IndexerOutcome, Protocol } from '../../../src/domain/acquisition/release.js';
import type { Fault, FaultKind } from '../../../src/domain/faults.js';
import type { Indexer, IndexerQuery } from '../../../src/integrations/indexers/port.js';
import { writeNzb } from './nzbs.js';
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
  author: string;
  /** ISO 8601; the first is the newest. */
  publishedAt: string;
  infoHash?: string;
  torrent?: Uint8Array;
  nzb?: Uint8Array;
  downloadFault?: ContractDownloadFault;
}

/** What a product can do; what it cannot is not asked of it. */
export interface IndexerAbilities {
  protocol: Protocol;
  /** What its releases are; default audiobooks. */
  category?: number;
  /** It has a key, which may be refused and must not leak. */
  keyed: boolean;
  /** It tells sizes exactly; others tell none or an estimate. */
  tellsSize: boolean;
  tellsNewest: boolean;
  /** What each fault of a download must end with, of those that its way of fetching can meet. */
  downloadFaults: Partial<Record<ContractDownloadFault, FaultKind>>;
}

/** A running indexer of the product, with the adapter under test on it. */
export interface IndexerStage {
  indexer: Indexer;
  /** Never in any outcome, error or link. */
  apiKey?: string;
  /** The guid that a release gets here; default: its own. */
  guidOf?: (guid: string) => string;
  setFault: (fault: ContractFault | undefined) => void;
  /** Bytes of a huge or endless answer that the server really sent. */
  sentBytes: () => number;
  close: () => Promise<void>;
}

/** A link that is fetched at once may meet all of these. */
export const LINK_FAULTS = {
  html: 'release_fault',
  text: 'release_fault',
  gone: 'gone',
  limited: 'throttled',
  broken: 'transient',
  endless: 'release_fault',
} as const satisfies IndexerAbilities['downloadFaults'];

/** A direct source is asked what its item consists of: a page or nonsense is its own trouble, not the release's. */
export const ITEM_FAULTS = {
  ...LINK_FAULTS,
  html: 'transient',
  text: 'transient',
  endless: 'transient',
} as const satisfies IndexerAbilities['downloadFaults'];

const BOOK = writeTorrent();
const NZB = writeNzb();
const MEBIBYTE = 1_048_576;
/** Longer than a loaded machine takes over the largest answer that is read. */
const PATIENT_MS = 15_000;
const IMPATIENT_MS = 1_500;
const NEWEST = Date.parse('2026-03-01T12:00:00Z');

/** The author, whose name stands in every title. */
const AUTHOR = 'Isaac Asimov';

/** What every indexer adapter must keep (port.ts); call it with the way to start a product's server. */
export function describeIndexerContract(
  product: string,
  abilities: IndexerAbilities,
  start: (releases: ContractRelease[], timeoutMs: number) => Promise<IndexerStage>,
): void {
  const { protocol, category = 3030 } = abilities;
  const query: IndexerQuery = { mode: 'search', text: 'Foundation', categories: [category] };
  const faults = Object.keys(abilities.downloadFaults) as ContractDownloadFault[];
  const names = [
    'good',
    ...faults.map((fault) => `download ${fault}`),
    ...(protocol === 'torrent' ? ['download magnet'] : []),
  ];

  describe(`${product} as an indexer`, () => {
    let stage: IndexerStage;
    const signal = new AbortController().signal;

    beforeEach(async () => {
      stage = await startStage(PATIENT_MS);
    });

    /** In place of the patient one, for what only a time-out ends. */
    async function becomeImpatient(): Promise<void> {
      await stage.close();
      stage = await startStage(IMPATIENT_MS);
    }

    function startStage(timeoutMs: number): Promise<IndexerStage> {
      const releases = names.map((name, at) => makeRelease(name, { at, protocol }));
      return start(releases, timeoutMs);
    }

    afterEach(async () => {
      await stage.close();
    });

    it('tells its search modes and categories', async () => {
      const caps = await stage.indexer.caps(signal);
      expect(Object.keys(caps.searching)).toContain('search');
      expect(caps.categories.map(({ id }) => id)).toContain(category);
      expect(caps.pageSize).toBeGreaterThan(0);
    });

    it('tells a release with its protocol, category, size and what goes with its kind', async () => {
      const found = await releasesOf(stage);
      const good = found.find(({ guid }) => guid === guidOf(stage, 'good'));
      expect(good).toMatchObject({
        indexerId: stage.indexer.id,
        protocol,
        title: expect.stringMatching(/Isaac Asimov - Foundation good .*\[/),
        categories: expect.arrayContaining([category]),
        freeleech: false,
        downloadUrl: expect.stringMatching(/^http/),
      });
      if (abilities.tellsSize) expect(good?.sizeBytes).toBe(300 * MEBIBYTE);
      if (protocol === 'torrent') expect(good).toMatchObject({ seeders: 12, infoHash: BOOK.infoHash });
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

      if (abilities.keyed)
        rows.push(['a refused key', { kind: 'key_refused' }, { outcome: 'error', class: 'auth' }]);

      it.each(rows)('%s', async (_name, fault, expected) => {
        if (fault.kind === 'silent') await becomeImpatient();
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
      expect(await releasesOf(stage)).toHaveLength(names.length);
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

    if (protocol === 'torrent') {
      it('fetches the torrent of a release', async () => {
        const file = await stage.indexer.fetchRelease(await linkOf(stage, 'good'), signal);
        expect(file).toEqual({ kind: 'torrent', bytes: expect.anything() });
        expect(file.kind === 'torrent' && Buffer.from(BOOK.bytes).equals(file.bytes)).toBe(true);
      });

      it('gives the magnet link that a download link leads to (no. 8)', async () => {
        const file = await stage.indexer.fetchRelease(await linkOf(stage, 'download magnet'), signal);
        expect(file).toEqual({ kind: 'magnet', url: `magnet:?xt=urn:btih:${'b'.repeat(40)}` });
      });
    }

    if (protocol === 'usenet') {
      it('fetches the NZB of a release', async () => {
        const file = await stage.indexer.fetchRelease(await linkOf(stage, 'good'), signal);
        expect(file.kind === 'nzb' && Buffer.from(NZB).equals(file.bytes)).toBe(true);
      });
    }

    if (protocol === 'direct') {
      it('finds the files of a release, each with a web address and a path that stays in its folder', async () => {
        const found = await stage.indexer.fetchRelease(await linkOf(stage, 'good'), signal);
        expect(found.kind).toBe('files');
        const files = found.kind === 'files' ? found.files : [];
        expect(files.length).toBeGreaterThan(0);
        for (const { url, path } of files) {
          expect(url).toMatch(/^https?:/);
          expect(path).not.toMatch(/^\/|\\|(?:^|\/)\.\.(?:\/|$)/);
        }
      });
    }

    it.each(Object.entries(abilities.downloadFaults))(
      'answers a download link that gives %s with the fault %s',
      async (fault, kind) => {
        const link = await linkOf(stage, `download ${fault}`);
        const failure = await failureOf(stage.indexer.fetchRelease(link, signal));
        expect(failure.kind).toBe(kind);
        if (kind === 'throttled') expect(failure.retryAfterMs).toBe(30_000);
        expect(stage.sentBytes()).toBeLessThan(48 * MEBIBYTE);
      },
    );

    if (abilities.tellsNewest) {
      const latest: IndexerQuery = { mode: 'latest', categories: [category] };

      it('tells what is new, the newest first, and whether the one known last time was reached', async () => {
        const known = guidOf(stage, names.at(-1) ?? '');
        const reached = await stage.indexer.search({ ...latest, untilGuid: known }, signal);
        expect(reached).toMatchObject({ outcome: 'ok', reachedKnown: true });
        expect(reached.releases?.[0]?.guid).toBe(guidOf(stage, 'good'));
        const missed = await stage.indexer.search({ ...latest, untilGuid: 'long gone' }, signal);
        expect(missed).toMatchObject({ outcome: 'ok', reachedKnown: false });
        expect(missed.releases).toHaveLength(names.length);
      });

      it('says nothing of what was known where nobody asks for it', async () => {
        expect(await stage.indexer.search(latest, signal)).not.toHaveProperty('reachedKnown');
      });

      it('takes no fault for "nothing new"', async () => {
        stage.setFault({ kind: 'status', status: 503 });
        expect(await stage.indexer.search(latest, signal)).toMatchObject({ outcome: 'error' });
      });
    }

    if (abilities.keyed) {
      it('no. 65 secrets in payloads or logs: keeps the key out of every outcome, link, file and error', async () => {
        await becomeImpatient();
        const told: unknown[] = [await stage.indexer.search(query, signal)];
        for (const name of names) {
          const link = await linkOf(stage, name);
          const got = await stage.indexer
            .fetchRelease(link, signal)
            .then((file) => ('bytes' in file ? file.kind : file), spellOut);
          told.push(link, got);
        }
        for (const fault of [
          { kind: 'key_refused' },
          { kind: 'silent' },
          { kind: 'malformed' },
          { kind: 'cut' },
        ] as const) {
          stage.setFault(fault);
          told.push(
            await stage.indexer.search(query, signal),
            await stage.indexer.caps(signal).catch(spellOut),
          );
        }
        const text = JSON.stringify(told);
        expect(text).not.toContain(stage.apiKey);
        expect(text).not.toContain(encodeURIComponent(stage.apiKey ?? ''));
      });
    }

    async function releasesOf({ indexer }: IndexerStage) {
      const outcome = await indexer.search(query, signal);
      if (outcome.outcome !== 'ok') throw new Error(`Expected ok, got ${JSON.stringify(outcome)}`);
      return outcome.releases;
    }

    async function linkOf(on: IndexerStage, guid: string): Promise<string> {
      const found = (await releasesOf(on)).find((candidate) => candidate.guid === guidOf(on, guid));
      if (found?.downloadUrl === undefined) throw new Error(`Expected a link for ${guid}`);
      return found.downloadUrl;
    }
  });
}

function makeRelease(name: string, { at, protocol }: { at: number; protocol: Protocol }): ContractRelease {
  const common = {
    guid: name,
    title: `${AUTHOR} - Foundation ${name} [M4B]`,
    author: AUTHOR,
    sizeBytes: 300 * MEBIBYTE,
    seeders: 12,
    publishedAt: new Date(NEWEST - at * 86_400_000).toISOString(),
  };
  if (name !== 'good') {
    const downloadFault = name.replace('download ', '') as ContractDownloadFault;
    return { ...common, downloadFault, infoHash: 'b'.repeat(40), ...(protocol === 'usenet' && { nzb: NZB }) };
  }
  if (protocol === 'usenet') return { ...common, nzb: NZB };
  return { ...common, torrent: BOOK.bytes, infoHash: BOOK.infoHash.toUpperCase() };
}

function guidOf(stage: IndexerStage, guid: string): string {
  return stage.guidOf?.(guid) ?? guid;
}

/** An error with all that a log would show of it. */
export function spellOut(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { message, stack, cause } = error;
  return { ...Object.fromEntries(Object.entries(error)), message, stack, cause: spellOut(cause) };
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
