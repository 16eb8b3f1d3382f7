import { copyFile, mkdir, utimes } from 'node:fs/promises';
import path from 'node:path';

import { steps } from '../../../src/activities/media/thumbnail-steps.js';
import { planThumbnail, type ThumbnailWish } from '../../../src/domain/media/thumbnail-plan.js';
import { stillRun } from '../../../src/media/plan/thumbnail-options.js';
import { stepOf } from '../../activities/acquisition/fixture.js';
import { makeVideo } from '../../support/video-fixtures.js';
import { openParts, type OwnParts } from '../acquisition/own-parts.js';
import type { Part } from '../harness/bench.js';
import { inPairs, medianOf, ratioOf } from '../harness/pairs.js';
import { median } from '../harness/quantile.js';
import { cpuWithEnded } from '../stage/process-tree.js';
import { plainFfmpeg } from './plain-ffmpeg.js';
import { scanVideos } from './scan-videos.js';

const PAIRS = 9;
const FILMS = 12;
/** As many at once as the smallest host has cores. */
const LANES = 2;
const WISH: ThumbnailWish = { width: 640, poster: false, sprite: false };

interface Round {
  perSecond: number;
  /** Milliseconds a thumbnail. */
  cpu: number;
}

interface Film {
  id: string;
  file: string;
}

/** Thumbnails judged, verified and published, against as many runs of FFmpeg alone, two at once on either side. */
export const thumbnails: Part<unknown> = {
  name: 'thumbnails',
  measure: async () => {
    const parts = await openParts();
    try {
      const films = await fill(parts);
      const { makeThumbnail } = steps.create(parts.deps);
      const plain = await planPlain(parts, films);
      const pairs = await inPairs(PAIRS, {
        theirs: () => round(films, plain),
        ours: () =>
          round(films, async ({ id }) => {
            requireFirst(await makeThumbnail({ videoId: id, ...WISH }, stepOf({ jobId: id })));
          }),
      });
      const perSecond = (side: 'ours' | 'theirs'): number =>
        median(pairs.map((pair) => pair[side].perSecond));
      return [
        ratioOf('thumbnails of 1080p a second: of plain FFmpeg', pairs, {
          ...{ of: (run: Round) => run.perSecond, goal: { kind: 'atLeast', value: 0.8 } },
        }),
        ratioOf('CPU time of a thumbnail: of plain FFmpeg', pairs, { of: (run) => run.cpu }),
        {
          ...{ name: 'thumbnails of 1080p, two at once', value: perSecond('ours'), unit: 'pictures/s' },
          yardstick: { name: 'plain FFmpeg', value: perSecond('theirs'), unit: 'pictures/s' },
        },
        medianOf(
          'CPU time of a thumbnail',
          pairs.map(({ ours }) => ours.cpu),
          { unit: 'ms' },
        ),
      ];
    } finally {
      await parts.close();
    }
  },
};

async function fill(parts: OwnParts): Promise<Film[]> {
  const { deps, folder } = parts;
  const film = await makeVideo(folder, 'film.mp4', { size: '1920x1080', rate: '25', seconds: 30 });
  const videos = path.join(deps.roots.folderOf('library'), 'videos');
  await mkdir(videos, { recursive: true });
  for (let number = 0; number < FILMS; number += 1) {
    const file = path.join(videos, `${number}.mp4`);
    await copyFile(film, file);
    await utimes(file, 1_600_000_000 + number, 1_600_000_000 + number);
  }
  await scanVideos(parts, 'videos', { new: FILMS, invalid: 0 });
  const { rows } = await deps.db.query<{ id: string; filename: string }>('select id, filename from videos');
  return rows.map(({ id, filename }) => ({ id, file: path.join(videos, filename) }));
}

/** The very options of our own first try. */
async function planPlain(
  { deps, folder }: OwnParts,
  films: readonly Film[],
): Promise<(film: Film) => Promise<void>> {
  const file = films[0]?.file ?? '';
  const plan = planThumbnail(await deps.media.describe(file, AbortSignal.timeout(60_000)), WISH);
  const [place] = plan.places;
  if (place?.kind !== 'moment') throw new Error('Expected a film with a moment to take');
  return async (film) => {
    const { options } = stillRun(film.file, place, plan);
    const input = ['-ss', place.seconds.toFixed(3), '-i', `file:${film.file}`];
    await plainFfmpeg([...input, ...options, `file:${path.join(folder, `${film.id}.jpg`)}`]);
  };
}

/** Where the first moment shows nothing, more is made than FFmpeg alone makes. */
function requireFirst({ tries }: { tries: number }): void {
  if (tries !== 1) throw new Error(`Expected a good picture at the first moment, it took ${tries}`);
}

async function round(films: readonly Film[], make: (film: Film) => Promise<void>): Promise<Round> {
  const left = [...films];
  const lane = async (): Promise<void> => {
    for (let film = left.pop(); film !== undefined; film = left.pop()) await make(film);
  };
  let wall = 0;
  const cpu = await cpuWithEnded(process.pid, async () => {
    const begun = performance.now();
    await Promise.all(Array.from({ length: LANES }, lane));
    wall = performance.now() - begun;
  });
  return { perSecond: films.length / (wall / 1_000), cpu: cpu / films.length };
}
