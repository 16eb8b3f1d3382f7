import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';

import { logicalPath } from '../../../src/domain/logical-path.js';
import { saveDownloadClient } from '../../../src/store/acquisition/download-clients.js';
import { planDownload } from '../../../src/store/acquisition/downloads.js';
import type { Database } from '../../../src/store/database.js';
import { insertJob } from '../../../src/store/jobs.js';
import type { Fixture } from './fixture.js';

/** The client of all downloads here; nobody calls it. */
export async function saveImportClient(db: Database): Promise<void> {
  await saveDownloadClient(db, {
    ...{ id: 'client', name: 'Client', kind: 'aria2', baseUrl: 'http://127.0.0.1:9/jsonrpc' },
    ...{ username: null, secret: null, category: null, pathMappings: [], priority: 1 },
    ...{ enabled: true, embedded: false },
  });
}

/** A job that organizes a download of its own, whose folder is there. */
export async function startImportJob(
  { deps, folder }: Pick<Fixture, 'deps' | 'folder'>,
  { releaseTitle = 'Some Book' } = {},
): Promise<{ jobId: string; downloadId: string }> {
  const id = randomUUID().slice(0, 8);
  const job = { id: `job-${id}`, type: 'organize_files', title: 'File it', params: {}, priority: 5 };
  const policy = deps.catalogue.find('organize_files').policy;
  const rest = { policy, subject: undefined, dedupeKey: null, parentId: undefined, createdBy: 'test' };
  await insertJob(deps.db, { ...job, ...rest });
  await planDownload(deps.db, {
    ...{ id: `dl-${id}`, jobId: job.id, round: 1, requestId: null, clientId: 'client', clientItemId: id },
    ...{ protocol: 'torrent', infoHash: id, releaseTitle, indexerId: 'indexer', guid: id },
    directory: logicalPath('downloads', `dl-${id}`),
    content: { kind: 'torrent', bytes: new Uint8Array() },
    ...{ totalBytes: 0, minimumRatio: null, minimumSeedSeconds: null },
  });
  await mkdir(path.join(folder, 'downloads', `dl-${id}`));
  return { jobId: job.id, downloadId: `dl-${id}` };
}
