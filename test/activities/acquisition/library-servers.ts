import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import type { ServerKind } from '../../../src/domain/acquisition/products.js';
import type { MediaItem } from '../../../src/domain/acquisition/release.js';
import { DEFAULT_PATH_TEMPLATE } from '../../../src/domain/acquisition/path-template.js';
import { insertNewJob } from '../../../src/jobs/create.js';
import { commitImport, planImport } from '../../../src/store/acquisition/imports.js';
import { openRequest, recordRequestState } from '../../../src/store/acquisition/requests.js';
import { saveLibrary } from '../../../src/store/acquisition/libraries.js';
import { startAudiobookshelfContractServer } from '../../support/audiobookshelf-contract-server.js';
import { startJellyfinContractServer } from '../../support/jellyfin-contract-server.js';
import { startPlexContractServer } from '../../support/plex-contract-server.js';
import { LIBRARY, type Fixture } from './fixture.js';

/** The library's folder under the name that media servers have for it. */
export const REMOTE = '/data/books';

export const SERVERS = {
  plex: startPlexContractServer,
  audiobookshelf: startAudiobookshelfContractServer,
  jellyfin: startJellyfinContractServer,
} satisfies Record<ServerKind, unknown>;

/** Puts the fixture's library behind a media server. */
export async function useServer(
  { deps }: Pick<Fixture, 'deps'>,
  kind: ServerKind,
  { url, token, section }: { url: string; token: string; section: string },
  id: string = LIBRARY,
): Promise<void> {
  await saveLibrary(deps.db, {
    ...{ id, name: 'Books', kind, root: 'library:Books', enabled: true },
    ...{ pathTemplate: DEFAULT_PATH_TEMPLATE, mediaTypes: ['audiobook'], baseUrl: url, section },
    secret: deps.seal.seal(token),
    pathMappings: [{ remote: REMOTE, logical: 'library:Books' }],
  });
}

/** A job of the row alone: nobody runs it. */
export async function aJob({ deps }: Fixture, type: string, params: object): Promise<string> {
  const wished = { type, params, createdBy: 'test', parentId: undefined };
  return (await insertNewJob(deps.db, deps, wished)).job.id;
}

export async function putFile(fixture: Fixture, relative: string, bytes = 10): Promise<void> {
  const file = path.join(fixture.library, relative);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, 'x'.repeat(bytes));
}

/** A request whose one file was filed into the library, and that waits for it or has it. */
export async function filedRequest(
  fixture: Fixture,
  about: { item: MediaItem; file: string; bytes?: number; state?: 'downloaded' | 'available' },
): Promise<{ jobId: string; requestId: string }> {
  const { db } = fixture.deps;
  const { item, file, bytes = 10, state = 'downloaded' } = about;
  const { mediaType, title } = item;
  const jobId = await aJob(fixture, 'request', { item: { mediaType, title }, libraryId: LIBRARY });
  const requestId = await openRequest(db, { id: `req-${jobId}`, jobId, item, libraryId: LIBRARY });
  const target = `library:Books/${path.posix.dirname(file)}`;
  const importJob = await aJob(fixture, 'library_scan', { libraryId: LIBRARY, path: `of ${jobId}` });
  await planImport(db, { jobId: importJob, requestId, target, manifest: {} });
  const manifest = { path: `library:Books/${file}`, sizeBytes: bytes, sha256: '', mode: 'copy' };
  await commitImport(db, { jobId: importJob, files: [{ ...manifest, durationSeconds: null }] });
  await db.query(`update jobs set outcome_status = 'completed' where id = $1`, [importJob]);
  await recordRequestState(db, { requestId, state, actor: 'test', detail: null });
  return { jobId, requestId };
}
