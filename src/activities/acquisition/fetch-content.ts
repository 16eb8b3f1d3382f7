import { createHash } from 'node:crypto';

import { refuseFiles } from '../../domain/acquisition/file-rules.js';
import { magnetHash } from '../../domain/acquisition/magnet.js';
import type { Protocol } from '../../domain/acquisition/release.js';
import { Fault } from '../../domain/faults.js';
import type { DownloadContent } from '../../integrations/download-clients/port.js';
import type { GrabFile } from '../../integrations/indexers/port.js';
import { parseTorrentFile } from '../../integrations/indexers/torrent-file.js';
import type { CandidateRow } from '../../store/acquisition/searches.js';
import type { ActivityDeps } from '../deps.js';
import type { StepContext } from '../jobs/step.js';
import { connectIndexer } from './connect.js';

/** What a release's link gave, checked as far as it can be before any client hears of it. */
export interface FetchedContent {
  content: DownloadContent;
  protocol: Protocol;
  /** The info hash, else a hash of what it is: equal contents are one item in a client. */
  contentKey: string;
  infoHash: string | null;
  /** 0 where it is not known before the client has looked. */
  totalBytes: number;
}

/** @throws Fault release_fault for what is bad in itself or not what was offered; else as Indexer.fetchRelease. */
export async function fetchContent(
  deps: ActivityDeps,
  candidate: CandidateRow,
  { signal }: Pick<StepContext, 'signal'>,
): Promise<FetchedContent> {
  if (candidate.linkSealed === null) throw new Fault('release_fault', 'The release has no download link');
  const { indexer } = await connectIndexer(deps, candidate.indexerId);
  const file = await indexer.fetchRelease(deps.seal.open(candidate.linkSealed), signal);
  const fetched = await readContent(file, candidate);
  const offered = candidate.infoHash?.toLowerCase();
  if (offered === undefined || fetched.infoHash === null || offered === fetched.infoHash) return fetched;
  throw new Fault(
    'release_fault',
    `Expected the torrent ${offered}, but the indexer gave ${fetched.infoHash}`,
  );
}

async function readContent(file: GrabFile, { sizeBytes }: CandidateRow): Promise<FetchedContent> {
  switch (file.kind) {
    case 'torrent':
      return readTorrent(file.bytes);
    case 'magnet':
      return readMagnet(file.url);
    case 'nzb':
      return {
        content: file,
        protocol: 'usenet',
        contentKey: hashOf(file.bytes),
        infoHash: null,
        totalBytes: sizeBytes,
      };
    case 'files': {
      refuse(file.files.map(({ path }) => path));
      const totalBytes = file.files.reduce((sum, { sizeBytes: bytes = 0 }) => sum + bytes, 0);
      const contentKey = hashOf(JSON.stringify(file.files));
      return { content: file, protocol: 'direct', contentKey, infoHash: null, totalBytes };
    }
  }
}

async function readTorrent(bytes: Uint8Array): Promise<FetchedContent> {
  const { infoHash, files, totalBytes } = await parseTorrentFile(bytes);
  refuse(files.map(({ path }) => path));
  const content = { kind: 'torrent', bytes, infoHash } as const;
  return { content, protocol: 'torrent', contentKey: infoHash, infoHash, totalBytes };
}

function readMagnet(uri: string): FetchedContent {
  const infoHash = magnetHash(uri);
  if (infoHash === undefined)
    throw new Fault('release_fault', 'Expected a magnet link with the hash of a torrent, it has none');
  const content = { kind: 'magnet', uri, infoHash } as const;
  return { content, protocol: 'torrent', contentKey: infoHash, infoHash, totalBytes: 0 };
}

function refuse(paths: readonly string[]): void {
  const refused = refuseFiles(paths);
  if (refused !== undefined) throw new Fault('release_fault', `The release was refused: ${refused}`);
}

function hashOf(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}
