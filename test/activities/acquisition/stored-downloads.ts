import { copyFile, link, mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { addToClient } from '../../../src/activities/acquisition/add-to-client.js';
import { connectClient } from '../../../src/activities/acquisition/connect.js';
import { makeTorrent } from '../../../src/cli/demo/torrent-maker.js';
import type { RequestState } from '../../../src/domain/acquisition/request-state.js';
import { idWithin } from '../../../src/domain/jobs/job-id.js';
import { insertNewJob } from '../../../src/jobs/create.js';
import { findDownload, planDownload, type DownloadRow } from '../../../src/store/acquisition/downloads.js';
import { commitImport, planImport } from '../../../src/store/acquisition/imports.js';
import { openRequest, recordRequestState } from '../../../src/store/acquisition/requests.js';
import { saveDownloadClient } from '../../../src/store/acquisition/download-clients.js';
import type { Aria2Process } from '../../support/aria2-process.js';
import { eventually } from '../../support/eventually.js';
import { LIBRARY, type Fixture } from './fixture.js';

const CLIENT = 'aria2';
let count = 0;

export async function storeAria2({ deps }: Fixture, { rpcUrl, secret }: Aria2Process): Promise<void> {
  await saveDownloadClient(deps.db, {
    ...{ id: CLIENT, name: 'aria2', kind: 'aria2', baseUrl: rpcUrl, secret: deps.seal.seal(secret) },
    ...{ username: null, category: null, pathMappings: [], priority: 25, enabled: true, embedded: false },
  });
}

/** A request as its story leaves it in this state. */
export async function storeRequest(
  { deps }: Fixture,
  { title, state }: { title?: string; state: RequestState },
): Promise<{ jobId: string; requestId: string }> {
  count += 1;
  const item = { mediaType: 'audiobook', title: title ?? `Book no. ${count}`, author: 'A. Writer' } as const;
  const wish = { type: 'request', params: { item, libraryId: LIBRARY }, createdBy: 'test' };
  const { job } = await insertNewJob(deps.db, deps, { ...wish, parentId: undefined });
  const requestId = await openRequest(deps.db, {
    ...{ id: idWithin('req', job.id), jobId: job.id, item, libraryId: LIBRARY },
  });
  await recordRequestState(deps.db, { requestId, state, actor: 'test', detail: null });
  return { jobId: job.id, requestId };
}

export interface Seeded {
  download: DownloadRow;
  /** Its one file on this host. */
  file: string;
  requestId: string;
}

/** A torrent that a real aria2 seeds: complete, and handed over by the real step. */
export async function storeSeeding(
  fixture: Fixture,
  { state = 'available', sharing }: { state?: RequestState; sharing?: Seeded } = {},
): Promise<Seeded> {
  const { deps } = fixture;
  const { jobId, requestId } = await storeRequest(fixture, { state });
  const params = { searchId: `search of ${jobId}`, candidate: 1, releaseTitle: 'A release', requestId };
  const wish = { type: 'monitor_download', params, createdBy: 'test', parentId: jobId };
  const { job } = await insertNewJob(deps.db, deps, wish);
  const id = idWithin('dl', job.id);
  const directory = sharing?.download.directory ?? `downloads:${id}`;
  const name = sharing === undefined ? id : path.basename(path.dirname(sharing.file));
  const file = path.join(deps.roots.resolve(directory), name, 'book.mp3');
  await mkdir(path.dirname(file), { recursive: true });
  if (sharing === undefined) await writeFile(file, `the book ${id}`.repeat(5_000));
  const made = await makeTorrent({
    name,
    files: [{ hostPath: file, path: 'book.mp3' }],
    trackerUrl: 'http://127.0.0.1:1/announce',
  });
  const client = await connectClient(deps, CLIENT);
  await planDownload(deps.db, {
    ...{ id, jobId: job.id, round: 1, requestId, clientId: CLIENT, protocol: 'torrent', directory },
    ...{ clientItemId: client.itemIdFor(id, made.infoHash), infoHash: made.infoHash, releaseTitle: name },
    ...{ indexerId: 'indexer', guid: id, content: { kind: 'torrent', bytes: made.bytes } },
    ...{ totalBytes: made.totalBytes, minimumRatio: null, minimumSeedSeconds: null },
  });
  const signal = AbortSignal.timeout(20_000);
  await addToClient(deps, id, { resume: true, access: new Map(), signal, fence: () => Promise.resolve() });
  const item = (await findDownload(deps.db, id))?.clientItemId;
  await eventually(async () => {
    const items = await client.list(signal);
    return items.some(({ clientItemId, state: now }) => clientItemId === item && now === 'seeding');
  });
  await deps.db.query(`update downloads set state = 'seeding', completed_at = now() where id = $1`, [id]);
  const download = await findDownload(deps.db, id);
  if (download === undefined) throw new Error('unreachable');
  return { download, file, requestId };
}

/** A committed import of it, as the library has its file. */
export async function storeImport(
  { deps, library }: Fixture,
  { download, file, requestId }: Seeded,
  mode: 'hardlink' | 'copy' | 'symlink' | 'own' | 'missing',
): Promise<void> {
  const target = path.join(library, download.id, 'book.mp3');
  await mkdir(path.dirname(target), { recursive: true });
  if (mode === 'hardlink') await link(file, target);
  if (mode === 'copy') await copyFile(file, target);
  if (mode === 'symlink') await symlink(file, target);
  const wish = { type: 'organize_files', createdBy: 'test', parentId: undefined };
  const item = { mediaType: 'audiobook', title: download.id };
  const params = { downloadId: download.id, libraryId: LIBRARY, item, requestId };
  const { job } = await insertNewJob(deps.db, deps, { ...wish, params });
  const folder = `library:Books/${download.id}`;
  await planImport(deps.db, { jobId: job.id, requestId, target: folder, manifest: {} });
  // `own`: the library looks at the client's own file.
  const filedAs = mode === 'own' ? deps.roots.toLogical(file) : `${folder}/book.mp3`;
  const filed = { path: filedAs, sizeBytes: 1, sha256: '', mode, durationSeconds: null };
  await commitImport(deps.db, { jobId: job.id, files: [filed] });
}
