import { mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';

import type { ActivityDeps } from '../../../src/activities/deps.js';
import type { StepContext } from '../../../src/activities/jobs/step.js';
import { steps, type MoveSteps } from '../../../src/activities/media/move-steps.js';
import { namesOf } from '../../../src/activities/media/video-facts.js';
import type { MovePlan, MoveResult, MoveWish } from '../../../src/domain/media/move-plan.js';
import { findFile } from '../../../src/integrations/files/find-file.js';
import { hashHeadAndTail } from '../../../src/integrations/files/head-tail.js';
import { writeVideos } from '../../../src/store/media/video-scan.js';
import { stepOf } from '../acquisition/fixture.js';
import { openScanHouse, type ScanHouse } from './scan-house.js';

/** A scan's house, and the steps of moves in it. */
export interface MoveHouse {
  house: ScanHouse;
  /** Host path of `inbox/a.mkv`. */
  at: (place: string) => string;
  /** A plain file dated long ago. */
  write: (place: string, text: string) => Promise<void>;
  /** A file that the library knows as a video; gives its id. */
  video: (place: string, text?: string) => Promise<string>;
  /** The steps, with other parts where a test needs them. */
  steps: (own?: Partial<ActivityDeps>) => MoveSteps;
  plan: (videoId: string, wish?: Partial<MoveWish>, step?: Partial<StepContext>) => Promise<MovePlan>;
  /** Plans, and does it, as the story does. */
  move: (videoId: string, wish?: Partial<MoveWish>, step?: Partial<StepContext>) => Promise<MoveResult>;
  /** All names below a folder, hidden ones too, but for the marks of disks. */
  names: (folder: string) => Promise<string[]>;
  places: () => Promise<{ id: string; place: string }[]>;
  clear: () => Promise<void>;
}

const LONG_AGO = 1_600_000_000;

export async function openMoveHouse(): Promise<MoveHouse> {
  const house = await openScanHouse();
  const { deps } = house;
  const at = (place: string): string => house.at('', place);
  const write: MoveHouse['write'] = async (place, text) => {
    await mkdir(path.dirname(at(place)), { recursive: true });
    await writeFile(at(place), text);
    await utimes(at(place), LONG_AGO, LONG_AGO);
  };
  const create: MoveHouse['steps'] = (own) => steps.create({ ...deps, ...own });
  const asWish = (videoId: string, wish?: Partial<MoveWish>): MoveWish => ({
    ...{ videoId, targetDirectory: 'films', conflict: 'suffix', link: 'auto' },
    ...wish,
  });
  const names: MoveHouse['names'] = async (folder) =>
    (await readdir(at(folder), { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile() && entry.name !== '.longplay-root')
      .map((entry) => path.relative(at(folder), path.join(entry.parentPath, entry.name)))
      .sort();
  return {
    house,
    at,
    write,
    video: async (place, text = `video ${place}`) => {
      await write(place, text);
      return knownVideo(deps, place);
    },
    steps: create,
    plan: async (videoId, wish, step) => {
      const planned = await create().planMove(asWish(videoId, wish), stepOf(step));
      if ('plan' in planned) return planned.plan;
      throw new Error('Expected a plan');
    },
    move: async (videoId, wish, step) => {
      const planned = await create().planMove(asWish(videoId, wish), stepOf(step));
      if ('result' in planned) return planned.result;
      const moved = await create().moveVideo(planned.plan, stepOf(step));
      if ('result' in moved) return moved.result;
      throw new Error(moved.again);
    },
    names,
    places: async () =>
      (await house.rows()).map(({ id, root, path: own }) => ({ id, place: `${String(root)}:${own}` })),
    clear: async () => {
      await deps.db.query('delete from recycled_files');
      await deps.db.query('delete from libraries');
      await house.clear();
      for (const root of ['inbox', 'playback'])
        for (const name of await readdir(at(root)))
          await rm(path.join(at(root), name), { recursive: true, force: true });
      await mkdir(at('library/films'));
    },
  };
}

async function knownVideo({ db, roots }: ActivityDeps, place: string): Promise<string> {
  const root = place.slice(0, place.indexOf('/'));
  const own = place.slice(root.length + 1);
  const hostRoot = roots.folderOf(root as 'inbox');
  const found = await findFile(hostRoot, own);
  if (found === undefined) throw new Error(`Expected the file ${place}`);
  const headTailHash = await hashHeadAndTail(path.join(hostRoot, own));
  const unknown = {
    ...{
      invalidReason: null,
      durationSeconds: 1,
      orientation: null,
      width: null,
      height: null,
      rotation: null,
    },
    ...{ fps: null, dynamicRange: null, container: null, videoCodec: null, audioCodecs: [], streams: null },
    ...{ valid: true, playable: true, unplayableReasons: [] },
  };
  await writeVideos(db, { root, videos: [{ ...found, ...namesOf(own), headTailHash, ...unknown }] });
  const { rows } = await db.query<{ id: string }>('select id from videos where root = $1 and path = $2', [
    root,
    own,
  ]);
  return rows[0]?.id ?? '';
}
