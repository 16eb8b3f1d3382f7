import path from 'node:path';

import { steps } from '../../../src/activities/media/reencode-steps.js';
import { reencodeStreaming } from '../../../src/catalogue/media/reencode-streaming.js';
import type { Look } from '../../../src/activities/media/look-at-video.js';
import type { PlaybackWish, X264Preset } from '../../../src/domain/media/playback-wish.js';
import type { PlaybackWork } from '../../../src/domain/media/playback-work.js';
import type { SegmentGrid } from '../../../src/domain/media/segments.js';
import { stepOf } from '../../activities/acquisition/fixture.js';
import type { OwnParts } from '../acquisition/own-parts.js';
import { scanVideos } from './scan-videos.js';
import { placeFilm } from './stage.js';

/** The film in the library of these parts, and the plan of its encode in segments. */
export async function planFilm(
  parts: OwnParts,
  film: string,
  preset: X264Preset,
): Promise<PlaybackWork & { grid: SegmentGrid }> {
  const { deps } = parts;
  await placeFilm(film, path.join(deps.roots.folderOf('library'), 'videos', 'film.mkv'));
  await scanVideos(parts, 'videos', { new: 1, invalid: 0 });
  const { rows } = await deps.db.query<{ id: string }>('select id from videos');
  const look = reencodeStreaming.params.parse({ videoId: rows[0]?.id, preset }) as Look & PlaybackWish;
  const looked = await steps.create(deps).lookAtVideo(look, stepOf());
  if (looked.kind !== 'work' || looked.work.grid === undefined)
    throw new Error('Expected the film to be encoded in segments');
  return { ...looked.work, grid: looked.work.grid };
}
