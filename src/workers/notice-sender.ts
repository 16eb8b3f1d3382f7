import type { ActivityDeps } from '../activities/deps.js';
import { Fault, normalizeError } from '../domain/faults.js';
import { composeMessage } from '../domain/notices/message.js';
import { afterFailure, GIVE_UP_DAYS } from '../domain/notices/retry.js';
import { readTargetAddress } from '../domain/notices/target-address.js';
import type { Notifier } from '../integrations/notifiers/port.js';
import {
  giveUpStale,
  recordFailedTry,
  recordSent,
  waitingNotices,
  type NoticeRow,
} from '../store/notices/deliveries.js';
import { dueTargets, nextTargetDueMs, type TargetRow } from '../store/notices/targets.js';
import { startLeaderLoop, type LeaderLoop } from './leader-loop.js';

const SENDER_LOCK = 4_100_060;
const IDLE_MS = 30_000;
/** A target that takes everything slowly hands the turn on: the others wait for the pass. */
const TURN_MS = 5_000;
const TURN_NOTICES = 50;

/** The loop of `core` that empties the outbox: each target in its own order, and none waits for another's rest. */
export function startNoticeSender(deps: ActivityDeps): LeaderLoop {
  let waitMs = IDLE_MS;
  return startLeaderLoop({
    name: 'notice sender',
    lock: SENDER_LOCK,
    everyMs: () => waitMs,
    listen: ['longplay_notices'],
    db: deps.db,
    log: deps.log,
    pass: async () => {
      waitMs = IDLE_MS;
      await giveUpStale(deps.db, GIVE_UP_DAYS);
      await Promise.all((await dueTargets(deps.db)).map((target) => serve(deps, target)));
      const due = await nextTargetDueMs(deps.db);
      waitMs = Math.min(IDLE_MS, Math.max(0, due ?? IDLE_MS));
    },
  });
}

/** Sends until the first failure: what is behind it would only fail as well. */
async function serve(deps: ActivityDeps, target: TargetRow): Promise<void> {
  const begun = performance.now();
  const notices = await waitingNotices(deps.db, { targetId: target.id, limit: TURN_NOTICES });
  for (const notice of notices) {
    if (performance.now() - begun > TURN_MS) return;
    if (!(await deliver(deps, target, notice))) return;
  }
}

async function deliver(deps: ActivityDeps, target: TargetRow, notice: NoticeRow): Promise<boolean> {
  let missed: Fault | undefined;
  try {
    ({ missed } = await open(deps, target).send(messageOf(notice), new AbortController().signal));
  } catch (error) {
    await recordFailedTry(deps.db, failureOf(deps, { target, notice, error }));
    return false;
  }
  await recordSent(deps.db, { id: notice.id, targetId: target.id, missed: missed?.message ?? null });
  return true;
}

function open({ integrations, seal }: ActivityDeps, { kind, url, secret }: TargetRow): Notifier {
  const address = readTargetAddress(seal.open(url), kind);
  return integrations.notifier({ address, ...(secret === null ? {} : { secret: seal.open(secret) }) });
}

function messageOf({ key, event, title, detail, createdAt, requestId, item, requestedBy }: NoticeRow) {
  const request = requestId === null || item === null ? null : { id: requestId, item };
  return composeMessage({
    ...{ key, event, title, detail },
    at: createdAt.toISOString(),
    request: request === null ? null : { ...request, requestedBy: requestedBy ?? '' },
  });
}

function failureOf(
  { log }: ActivityDeps,
  { target, notice, error }: { target: TargetRow; notice: NoticeRow; error: unknown },
) {
  const fault = error instanceof Fault ? error : undefined;
  if (fault === undefined) log.warn({ target: target.id, err: error }, 'a notice could not be sent');
  const next = afterFailure({
    kind: fault?.kind ?? 'defect',
    retryAfterMs: fault?.retryAfterMs,
    tries: notice.tries + 1,
    failures: target.failures + 1,
    ageMs: Date.now() - notice.createdAt.getTime(),
  });
  // Of our own mistakes the log knows more; what they say may quote anything.
  const told = fault?.message ?? `Longplay could not send it: ${normalizeError(error).name}`;
  return { id: notice.id, targetId: target.id, error: told, ...next };
}
