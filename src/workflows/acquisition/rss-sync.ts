import type { RssSteps, RssSynced } from '../../activities/acquisition/rss-steps.js';
import type { Job } from '../jobs/job.js';

/** Each indexer on its own; then all that is new is held against all that is waited for (acquisition.md §3.1). */
export async function rss_sync(job: Job): Promise<RssSynced> {
  const { planSync, readLatest, offerLatest } = job.steps<RssSteps>();
  const { round: occurrence } = job.input;
  const { indexerIds, resting, waitingSinceMs } = await planSync({}, { occurrence });
  const read = await Promise.all(
    indexerIds.map((indexerId) =>
      readLatest({ indexerId, waitingSinceMs, occurrence }, { occurrence }).then((reading) => ({
        indexerId,
        ...reading,
      })),
    ),
  );
  const gaps = read.filter(({ gap }) => gap).map(({ indexerId }) => indexerId);
  const failed = read.filter(({ outcome }) => outcome !== 'ok').map(({ indexerId }) => indexerId);
  if (read.length === 0) return { read: 0, resting, failed, fresh: 0, offered: 0, woken: 0, gaps };
  const { offered, woken } = await offerLatest({ occurrence, gaps }, { occurrence });
  const fresh = read.reduce((sum, reading) => sum + reading.fresh, 0);
  return { read: read.length - failed.length, resting, failed, fresh, offered, woken, gaps };
}
