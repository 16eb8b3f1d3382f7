import { readdir } from 'node:fs/promises';
import path from 'node:path';

import type { X264Preset } from '../../../src/domain/media/playback-wish.js';
import { eventually } from '../../support/eventually.js';
import { findProcesses } from '../../support/processes.js';
import { postJob, untilRow } from '../jobs/post-job.js';
import type { ServiceSet } from '../stage/service-set.js';
import { knownFilm } from './known-film.js';
import type { EncodeStage } from './stage.js';

/** An encode of the film as a job of the service. */
export interface EncodeJob {
  id: string;
  set: ServiceSet;
}

const LONGEST_MS = 600_000;

export async function startEncode(stage: EncodeStage, preset: X264Preset): Promise<EncodeJob> {
  const set = await stage.service();
  const videoId = await knownFilm({
    ...{ film: await stage.film(), library: path.join(set.folder, 'data', 'library'), db: set.db },
    scan: () => postJob(set, 'scan', {}),
  });
  const { id } = await postJob(set, 'reencode_streaming', { videoId, preset, force: true });
  return { id, set };
}

/** FFmpeg writes segments of it. */
export async function untilEncoding({ id }: EncodeJob): Promise<void> {
  await eventually(
    async () => {
      const running = await findProcesses(id);
      return running.some(({ args }) => args.some((word) => word.endsWith('.ts')));
    },
    { withinMs: LONGEST_MS, everyMs: 50 },
  );
}

/** No FFmpeg of it is left, and its row says so. */
export async function untilGone({ id, set }: EncodeJob, status: 'paused' | 'cancelled'): Promise<void> {
  const isOver = `not exists (select from job_attempts a where a.job_id = j.id and a.ended_at is null)`;
  await untilRow(set, id, `j.status = '${status}' and ${isOver}`);
  await eventually(async () => (await findProcesses(id)).length === 0, { withinMs: LONGEST_MS });
}

/** Nothing of it is left on the disk. */
export async function untilClean({ id, set }: EncodeJob): Promise<void> {
  const folders = ['scratch', 'scratch/reencode', 'playback'].map((name) =>
    path.join(set.folder, 'data', name),
  );
  await eventually(async () => {
    const names = await Promise.all(folders.map((folder) => readdir(folder).catch(() => [])));
    return !names.flat().some((name) => name.includes(id));
  });
}

export async function untilCompleted({ id, set }: EncodeJob): Promise<void> {
  await untilRow(set, id, `j.outcome_status is not null`, { withinMs: LONGEST_MS });
  const { rows } = await set.db.query<{ status: string }>('select status from jobs where id = $1', [id]);
  if (rows[0]?.status !== 'completed')
    throw new Error(`Expected ${id} to complete, it is ${rows[0]?.status}`);
}

export async function wish({ id, set }: EncodeJob, kind: 'pause' | 'resume' | 'cancel'): Promise<void> {
  const { status } = await set.send('POST', `/api/jobs/${id}/${kind}`);
  if (status !== 202) throw new Error(`Expected 202 to a ${kind}, got ${status}`);
}
