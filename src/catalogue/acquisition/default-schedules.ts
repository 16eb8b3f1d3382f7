import { RECYCLE_DAYS } from '../../domain/acquisition/recycle.js';
import { HOUR_MS, MINUTE_MS } from '../../domain/durations.js';

/** A schedule that Longplay makes by itself, once (acquisition.md §1.9). */
export interface DefaultSchedule {
  id: string;
  name: string;
  type: string;
  params: Record<string, unknown>;
  cron: string;
  /** So that not all begin in one second: a tenth of the interval, at most 5 min. */
  jitterMs: number;
  /** One interval: of what was missed for longer, the next firing does all. */
  catchupWindowMs: number;
}

const MOST_JITTER_MS = 5 * MINUTE_MS;

function every(
  intervalMs: number,
  schedule: Pick<DefaultSchedule, 'id' | 'name' | 'type' | 'cron'> & Partial<DefaultSchedule>,
): DefaultSchedule {
  const jitterMs = Math.min(MOST_JITTER_MS, intervalMs / 10);
  return { params: {}, jitterMs, catchupWindowMs: intervalMs, ...schedule };
}

export const DEFAULT_SCHEDULES: readonly DefaultSchedule[] = [
  every(5 * MINUTE_MS, {
    id: 'recently-added',
    name: 'Look at what media servers have added',
    type: 'recently_added_check',
    cron: '*/5 * * * *',
  }),
  every(15 * MINUTE_MS, {
    id: 'rss-sync',
    name: 'Read what indexers have new',
    type: 'rss_sync',
    cron: '*/15 * * * *',
  }),
  every(24 * HOUR_MS, {
    id: 'retry-missing',
    name: 'Search for what is missing',
    type: 'retry_missing',
    cron: '0 0 * * *',
  }),
  every(6 * HOUR_MS, {
    id: 'retry-imports',
    name: 'Retry failed imports',
    type: 'retry_imports',
    cron: '0 */6 * * *',
  }),
  every(30 * MINUTE_MS, {
    id: 'cleanup-seeded',
    name: 'Clean up what was seeded',
    type: 'cleanup_seeded',
    cron: '*/30 * * * *',
  }),
  every(24 * HOUR_MS, {
    id: 'empty-recycle-bin',
    name: 'Empty the recycle bin',
    type: 'empty_recycle_bin',
    params: { olderThanDays: RECYCLE_DAYS },
    cron: '30 3 * * *',
  }),
  every(24 * HOUR_MS, {
    id: 'reconcile-clients',
    name: 'Compare download clients with requests',
    type: 'reconcile_clients',
    cron: '0 3 * * *',
  }),
  every(5 * MINUTE_MS, {
    id: 'inbox-scan',
    name: 'Look for new videos in the inbox',
    type: 'scan',
    params: { directoryType: 'inbox:' },
    cron: '*/5 * * * *',
  }),
  every(10 * MINUTE_MS, {
    id: 'health-check',
    name: 'Look after the house',
    type: 'health_check',
    cron: '*/10 * * * *',
  }),
];

/** Of a media server it asks for a scan, a folder is read; both find what was filed by hand. */
export function libraryScanSchedule({ id, name }: { id: string; name: string }): DefaultSchedule {
  return every(6 * HOUR_MS, {
    id: `library-scan-${id}`,
    name: `Scan ${name}`,
    type: 'library_scan',
    params: { libraryId: id },
    cron: '0 */6 * * *',
  });
}
