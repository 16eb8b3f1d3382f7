import { parseLogicalPath } from '../../domain/logical-path.js';
import { findFile } from '../../integrations/files/find-file.js';
import { findVideo, listVideos, type VideoRow } from '../../store/media/video-list.js';
import { findFindings } from '../../store/media/validation.js';
import { defineOperation } from '../http/operation.js';
import { HttpProblem } from '../http/problem.js';
import { jpeg, listVideosQuery, videoDetail, videoPage } from '../schemas/media.js';
import { DEFAULT_LIMIT, idParams } from '../schemas/parameters.js';
import { readVideoCursor, writeVideoCursor } from './video-cursor.js';

const tag = 'media';

export const listVideosOperation = defineOperation({
  id: 'listVideos',
  tag,
  summary: 'The videos that scans have found, newest first',
  query: listVideosQuery,
  responses: { 200: { description: 'One page', schema: videoPage } },
  handle: async ({ db }, { query }) => {
    const { q, root, playable, valid, verdict, missing, sort: order = 'newest', cursor, limit } = query;
    const { videos, next } = await listVideos(db, {
      filter: { search: q === '' ? undefined : q, root, playable, valid, verdict, missing },
      order,
      after: readVideoCursor(order, cursor),
      limit: limit ?? DEFAULT_LIMIT,
    });
    return { status: 200, body: { videos: videos.map(view), next: writeVideoCursor(order, next) } };
  },
});

export const getVideoOperation = defineOperation({
  id: 'getVideo',
  tag,
  summary: 'One video with its streams, and what its last validation found',
  params: idParams,
  responses: { 200: { description: 'The video', schema: videoDetail } },
  handle: async ({ db }, { params }) => {
    const { streams, ...video } = await requireRow(db, params.id);
    const findings = await findFindings(db, params.id);
    return { status: 200, body: { ...view(video), findings, streams } };
  },
});

export const getThumbnailOperation = defineOperation({
  id: 'getThumbnail',
  tag,
  summary: 'The picture that stands for a video',
  params: idParams,
  responses: {
    200: {
      description:
        'The picture; its `ETag` in `If-None-Match` is answered with 304 as long as it is the same',
      schema: jpeg,
      contentType: 'image/jpeg',
    },
  },
  handle: async ({ db, roots }, { params }) => {
    const { thumbnailPath } = await requireRow(db, params.id);
    const remedy = `Make one: longplay job create thumbnail_generate --params '{"videoId": "${params.id}"}'`;
    if (thumbnailPath === null) throw new HttpProblem('gone', 'The video has no thumbnail', { remedy });
    const { root, relative } = parseLogicalPath(thumbnailPath);
    if ((await findFile(roots.folderOf(root), relative)) === undefined)
      throw new HttpProblem('gone', 'The thumbnail is not there any more', { remedy });
    return { file: roots.resolve(thumbnailPath), contentType: 'image/jpeg' };
  },
});

type DetailedRow = NonNullable<Awaited<ReturnType<typeof findVideo>>>;

/** @throws HttpProblem gone. */
async function requireRow(db: Parameters<typeof findVideo>[0], id: string): Promise<DetailedRow> {
  const row = await findVideo(db, id);
  if (row === undefined) throw new HttpProblem('gone', `There is no video "${id}"`);
  return row;
}

function view({ root, path, modifiedMs, ...video }: VideoRow) {
  return { ...video, path: `${root}:${path}`, modifiedAt: calendarTime(modifiedMs) };
}

const YEAR_10000_MS = Date.UTC(10_000, 0);

/** A file system keeps times that no calendar has. */
function calendarTime(ms: number): Date | null {
  return ms >= 0 && ms < YEAR_10000_MS ? new Date(ms) : null;
}
