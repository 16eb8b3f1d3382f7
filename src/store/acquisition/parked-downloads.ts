import type { FoundReleases } from '../../domain/acquisition/search-conclusion.js';
import type { Queryable } from '../database.js';
import type { DownloadRow } from './downloads.js';

/** What `signalled_state` says of a parked download whose request has been told that it is whole. */
export const OFFERED = 'offered';

/** The request of a download and the release in its latest decision; undefined where either is gone. */
export async function releaseOfDownload(
  db: Queryable,
  { requestId, infoHash, indexerId, guid }: DownloadRow,
): Promise<{ jobId: string; found: FoundReleases } | undefined> {
  const { rows } = await db.query<{
    jobId: string;
    searchId: string;
    number: number;
    title: string;
    indexerId: string;
  }>(
    `select r.job_id as "jobId", c.search_id as "searchId", c.number, c.title, c.indexer_id as "indexerId"
     from requests r join searches s on s.request_id = r.id join candidates c on c.search_id = s.id
     where r.id = $1 and (lower(c.info_hash) = $2 or (c.indexer_id = $3 and c.guid = $4))
     order by s.created_at desc limit 1`,
    [requestId, infoHash, indexerId, guid],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const { jobId, searchId, ...release } = row;
  const detail = `${release.title} came after all`;
  return { jobId, found: { searchId, detail, accepted: [release], complete: true } };
}
