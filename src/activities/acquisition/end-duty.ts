import type { DownloadItem } from '../../domain/acquisition/download.js';
import { NEW_POLL_FACTS, type PollFacts } from '../../domain/acquisition/poll-download.js';
import { ratioOf } from '../../domain/acquisition/poll-seeding.js';
import { isDutyMet, isEndless, type OpenDuty } from '../../domain/acquisition/seeding-duty.js';
import type { PolledDownload } from '../../store/acquisition/polled-downloads.js';
import { recordKept } from '../../store/acquisition/seeding-duties.js';
import type { ActivityDeps } from '../deps.js';
import { giveBackDownload } from './give-back.js';
import { whyKept } from './why-kept.js';

type DutyDownload = PolledDownload & { duty: OpenDuty };

export interface DutyJudged {
  seconds: number;
  met: boolean;
  /** What is still owed; null once it is met. */
  owed: string | null;
}

export function hasDuty(download: PolledDownload): download is DutyDownload {
  return download.duty !== null;
}

/** What one look at the client's item says of the duty; an item that it does not have is judged by our own counts. */
export function judgeDuty(
  { duty, pollFacts, totalBytes, uploadedBytes }: DutyDownload,
  item: DownloadItem | undefined,
): DutyJudged {
  const { seeding } = { ...NEW_POLL_FACTS, ...(pollFacts as Partial<PollFacts>) };
  const seconds = Math.max(duty.seededSeconds, seeding.seededMs / 1_000);
  const counted = totalBytes > 0 ? uploadedBytes / totalBytes : undefined;
  const ratio = item === undefined ? counted : ratioOf(seeding, item);
  const met = isDutyMet({ ...duty, seededSeconds: seconds }, { ratio });
  return { seconds, met, owed: met ? null : owedOf({ ...duty, seededSeconds: seconds }, ratio) };
}

function owedOf(duty: OpenDuty, reached: number | undefined): string {
  const { seconds, seededSeconds, ratio } = duty;
  if (isEndless(duty)) return 'it is seeded without end, as both limits of its indexer are 0';
  const hours = (value: number): string => (value / 3_600).toFixed(1);
  const time = seconds === null ? [] : [`${hours(seededSeconds)} of ${hours(seconds)} h`];
  const share = ratio === null ? [] : [`ratio ${reached?.toFixed(2) ?? 'unknown'} of ${ratio.toFixed(2)}`];
  return [...time, ...share].join(', ');
}

/** Gives a download back whose duty is met, unless that would lose something; then the row says what. */
export async function endDuty(
  deps: ActivityDeps,
  download: PolledDownload,
  signal: AbortSignal,
): Promise<string | undefined> {
  const because = await whyKept(deps, download);
  await recordKept(deps.db, { downloadId: download.id, because: because ?? null });
  if (because === undefined) await giveBackDownload(deps, { downloadId: download.id, signal });
  return because;
}
