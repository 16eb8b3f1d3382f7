import type { SeedingDuty } from '../../domain/acquisition/seeding-duty.js';
import type { Queryable } from '../database.js';

/** Begins once: a repeat changes nothing, and one that has ended stays ended. */
export async function beginDuty(
  db: Queryable,
  { downloadId, duty }: { downloadId: string; duty: SeedingDuty },
): Promise<void> {
  await db.query(
    `insert into seeding_duties (download_id, ratio, seconds) values ($1, $2, $3) on conflict do nothing`,
    [downloadId, duty.ratio, duty.seconds],
  );
}

/** Time only grows: a client that was restarted begins to count anew. */
export async function recordSeeded(
  db: Queryable,
  seeded: { downloadId: string; seconds: number; met: boolean },
): Promise<void> {
  await db.query(
    `update seeding_duties set seeded_seconds = greatest(seeded_seconds, $2),
       met_at = case when $3 then coalesce(met_at, now()) else met_at end
     where download_id = $1`,
    [seeded.downloadId, Math.floor(seeded.seconds), seeded.met],
  );
}

/** Why it is not removed although its duty is met; null: nothing stands against it. */
export async function recordKept(
  db: Queryable,
  { downloadId, because }: { downloadId: string; because: string | null },
): Promise<void> {
  await db.query(
    `update seeding_duties set kept_because = $2 where download_id = $1 and kept_because is distinct from $2`,
    [downloadId, because],
  );
}
