import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';

import { makePictures, type MadePicture } from '../../../activities/media/make-pictures.js';
import { Fault } from '../../../domain/faults.js';
import type { PictureVerdict } from '../../../domain/media/judge-picture.js';
import { planThumbnail, type StillPlace, type ThumbnailWish } from '../../../domain/media/thumbnail-plan.js';
import { showFile } from '../../../integrations/files/show-file.js';
import { syncFile, syncFolders } from '../../../integrations/files/sync.js';
import type { NamedFile } from './files.js';
import type { OnFile } from './on-file.js';

export interface FileThumbnail {
  source: NamedFile;
  /** Host path. */
  target: string;
  /** Host path of the sheet of small pictures. */
  sheet: string | undefined;
  replace: boolean;
  wish: Pick<ThumbnailWish, 'timestamp' | 'width'>;
}

interface WrittenPicture {
  path: string;
  width: number;
  height: number;
  bytes: number;
}

export interface TakenThumbnail extends WrittenPicture {
  takenFrom: StillPlace;
  verdict: PictureVerdict;
  tries: number;
  sprite: WrittenPicture | null;
  notes: string[];
}

/** What the job type `thumbnail_generate` does, on a plain file. @throws as planThumbnail and makePictures. */
export async function thumbnailFile(on: OnFile, wanted: FileThumbnail): Promise<TakenThumbnail> {
  const { source, target, sheet, wish } = wanted;
  const folder = path.join(path.dirname(target), `.longplay-thumbnail-${randomUUID()}`);
  return on.during('makeThumbnail', async (step) => {
    const described = await on.media.describe(source.hostPath, on.signal);
    const plan = planThumbnail(described, { ...wish, poster: false, sprite: sheet !== undefined });
    try {
      await mkdir(folder);
      const made = await makePictures(on, { source: source.hostPath, described, plan, folder, step });
      const { place, verdict, tries } = made.still;
      const written = await publish(on, made.thumbnail, { to: target, replace: wanted.replace });
      const sprite =
        made.sprite === null || sheet === undefined
          ? null
          : await publish(on, made.sprite, { to: sheet, replace: wanted.replace });
      return { ...written, ...{ takenFrom: place, verdict, tries, sprite, notes: plan.notes } };
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 10 });
    }
  });
}

/** Both pictures stand in one folder, so that each is shown by a rename. */
async function publish(
  { signal }: OnFile,
  { file, width, height, bytes }: MadePicture,
  { to, replace }: { to: string; replace: boolean },
): Promise<WrittenPicture> {
  await syncFile(file);
  signal.throwIfAborted();
  if (!(await showFile(file, to, { replace }))) {
    throw new Fault('bad_input', `Something stands at ${to} by now`, {
      remedy: 'Name another file, or replace it with --replace',
    });
  }
  await syncFolders([path.dirname(to)]);
  return { path: to, width, height, bytes };
}
