import { parseLogicalPath } from '../../domain/logical-path.js';
import { findFile } from '../../integrations/files/find-file.js';
import { findVideo, listVideos, type VideoRow } from '../../store/media/video-list.js';
import { listVersions, type VideoVersion } from '../../store/media/video-versions.js';
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
  summary: 'One video with its streams, its versions, and what its last validation found',
  params: idParams,
  responses: { 200: { description: 'The video', schema: videoDetail } },
  handle: async ({ db }, { params }) => {
    const { streams, ...video } = await requireRow(db, params.id);
    const findings = await findFindings(db, params.id);
    const versions = (await listVersions(db, params.id)).map(versionView);
    return { status: 200, body: { ...view(video), versions, findings, streams } };
  },
});

export const getThumbnailOperation = pictureOperation('getThumbnail', {
  ...{ path: 'thumbnailPath', what: 'thumbnail', params: '' },
  summary: 'The picture that stands for a video',
});

export const getPosterOperation = pictureOperation('getPoster', {
  ...{ path: 'posterPath', what: 'poster', params: ', "poster": true' },
  summary: 'The same picture, up to 1,000 pixels wide',
});

export const getSpriteOperation = pictureOperation('getSprite', {
  ...{ path: 'spritePath', what: 'sprite', params: ', "sprite": true' },
  summary: 'Four by three small pictures of a video, evenly spaced, from left to right and down',
});

interface AboutPicture {
  summary: string;
  path: 'thumbnailPath' | 'posterPath' | 'spritePath';
  what: string;
  /** What its job is asked for, beside the video. */
  params: string;
}

function pictureOperation(id: string, { summary, path, what, params: more }: AboutPicture) {
  return defineOperation({
    ...{ id, tag, summary, params: idParams },
    responses: {
      200: {
        description:
          'The picture; its `ETag` in `If-None-Match` is answered with 304 as long as it is the same',
        schema: jpeg,
        contentType: 'image/jpeg',
      },
    },
    handle: async ({ db, roots }, { params }) => {
      const logical = (await requireRow(db, params.id))[path];
      const remedy = `Make one: longplay job create thumbnail_generate --params '{"videoId": "${params.id}"${more}}'`;
      if (logical === null) throw new HttpProblem('gone', `The video has no ${what}`, { remedy });
      const { root, relative } = parseLogicalPath(logical);
      if ((await findFile(roots.folderOf(root), relative)) === undefined)
        throw new HttpProblem('gone', `The ${what} is not there any more`, { remedy });
      return { file: roots.resolve(logical), contentType: 'image/jpeg' };
    },
  });
}

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

function versionView({ root, path, ...version }: VideoVersion) {
  return { ...version, path: `${root}:${path}` };
}

const YEAR_10000_MS = Date.UTC(10_000, 0);

/** A file system keeps times that no calendar has. */
function calendarTime(ms: number): Date | null {
  return ms >= 0 && ms < YEAR_10000_MS ? new Date(ms) : null;
}
