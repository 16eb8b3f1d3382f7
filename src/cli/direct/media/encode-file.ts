import path from 'node:path';

import { Fault } from '../../../domain/faults.js';
import { reasonsOf } from '../../../domain/media/decide-playback.js';
import { showsWell } from '../../../domain/media/playable.js';
import { playbackBytes } from '../../../domain/media/playback-size.js';
import type { PlaybackResult } from '../../../domain/media/playback-work.js';
import { segmentGrid } from '../../../domain/media/segments.js';
import { showFile } from '../../../integrations/files/show-file.js';
import { syncFile, syncFolders } from '../../../integrations/files/sync.js';
import { wholeOptions } from '../../../media/plan/playback-options.js';
import { verifyPlayback } from '../../../media/verify/verify-playback.js';
import { MADE, openEncodeFolder, type EncodeFolder } from './encode-folder.js';
import { encodePieces } from './encode-pieces.js';
import type { OnFile } from './on-file.js';
import {
  planEncode,
  progressOf,
  requireRoom,
  requireSame,
  type FileEncode,
  type PlannedEncode,
} from './planned-encode.js';

export interface EncodedFile extends Omit<PlaybackResult, 'path' | 'videoId' | 'remembered'> {
  /** The file that was made; null where none was. */
  path: string | null;
}

/**
 * What the job type `reencode_streaming` does, on plain files: decides first, encodes what has to be, verifies it against
 * its plan, and shows it by a rename. The source is never changed.
 * @throws the signal's reason; Fault as planPlayback, RunFfmpeg and verifyPlayback.
 */
export async function encodeFile(on: OnFile, wanted: FileEncode): Promise<EncodedFile> {
  const planned = await on.during('lookAtVideo', async (step) => {
    const made = await planEncode(on, wanted, step);
    const { decision, notes, dropped } = made.plan;
    step.log('info', `decided: ${decision.action}`, { reasons: reasonsOf(decision), notes, dropped });
    return made;
  });
  if (planned.plan.decision.action === 'nothing')
    return resultOf(planned, { outcome: 'nothing', path: null });
  const folder = await openEncodeFolder(wanted.target);
  let isDone = false;
  try {
    const result = await make(on, planned, folder);
    isDone = true;
    return result;
  } finally {
    await (isDone ? folder.remove() : folder.release());
  }
}

async function make(on: OnFile, planned: PlannedEncode, folder: EncodeFolder): Promise<EncodedFile> {
  const { source, target, plan } = planned;
  const grid = segmentGrid(planned.described, plan);
  const pieces = grid === undefined ? undefined : await encodePieces(on, { planned, folder, grid });
  if (pieces === undefined) await requireRoom(target, playbackBytes(plan, source.found.sizeBytes));
  const file = path.join(folder.path, MADE);
  const { input, output } = wholeOptions(plan);
  const whole = { inputs: [{ path: source.hostPath, options: input }], options: output };
  const step =
    plan.video.kind === 'copy' ? 'copyPlayback' : grid === undefined ? 'encodeVideo' : 'joinPlayback';
  const { sizeBytes } = await on.during(step, async ({ progress }) => {
    const { errors } = await on.media.run({
      ...(pieces?.run ?? whole),
      ...{ output: file, signal: on.signal },
      ...progressOf(plan, progress),
    });
    const expected = pieces === undefined ? { plan } : { plan, frames: pieces.frames };
    return verifyPlayback(on.media, { ...expected, file, errors, signal: on.signal }).catch(
      dropping(on, folder),
    );
  });
  await requireSame(source);
  if (isNoSmaller(planned, sizeBytes)) return resultOf(planned, { outcome: 'kept_original', path: null });
  await publish(on, planned, file);
  return resultOf(planned, { outcome: 'done', path: target, sizeBytes });
}

/** What was made of segments is as wrong as they are: the next run makes them anew. */
function dropping({ signal }: OnFile, folder: EncodeFolder): (error: unknown) => Promise<never> {
  return async (error) => {
    if (!signal.aborted) await folder.remove();
    throw error;
  };
}

/** Browsers play the original already: it is encoded to be smaller, or not at all (media.md V10). */
function isNoSmaller({ described, plan, source }: PlannedEncode, sizeBytes: number): boolean {
  const { video } = described;
  if (plan.video.kind === 'copy' || video === null) return false;
  return showsWell({ ...described, video }, source.name) && sizeBytes >= source.found.sizeBytes;
}

async function publish({ signal }: OnFile, { target, replace }: PlannedEncode, file: string): Promise<void> {
  await syncFile(file);
  signal.throwIfAborted();
  if (!(await showFile(file, target, { replace }))) {
    throw new Fault('bad_input', `Something stands at ${target} since the encode began`, {
      remedy: 'Name another file, or replace it with --replace',
    });
  }
  await syncFolders([path.dirname(target)]);
}

function resultOf(
  { plan, source }: PlannedEncode,
  made: Pick<EncodedFile, 'outcome' | 'path'> & { sizeBytes?: number },
): EncodedFile {
  const sourceBytes = source.found.sizeBytes;
  const { dropped, notes, decision } = plan;
  return {
    ...{ ...made, action: decision.action, reasons: reasonsOf(decision) },
    ...{ sizeBytes: made.sizeBytes ?? sourceBytes, sourceBytes, dropped, notes },
  };
}
