import { well, type HealthLevel, type HealthResult } from '../../domain/health/check.js';
import { HOUR_MS, MINUTE_MS } from '../../domain/durations.js';
import { tryConnection } from '../../integrations/connection-test.js';
import { changeIndexerUse, listIndexers, type IndexerRow } from '../../store/acquisition/indexers.js';
import type { Database } from '../../store/database.js';
import { openIndexer, type ConnectDeps } from './connect.js';
import type { EarlierChecks } from './health-level.js';
import { isResting } from './indexer-answer.js';

/** What was learnt within that time stands: a look costs the indexer a call. */
const FRESH_MS = HOUR_MS;
/** A shorter rest is a part of life. */
const LONG_REST_MS = 30 * MINUTE_MS;
/** From this level on an indexer rests for an hour or more (acquisition.md §3.2): it does not mend itself soon. */
const LONG_TROUBLE = 5;

/** What searches and readings have learnt of each, else its own word. */
export async function checkIndexers(
  deps: ConnectDeps & { db: Database },
  { earlier, signal }: { earlier: EarlierChecks; signal: AbortSignal },
): Promise<HealthResult[]> {
  const rows = (await listIndexers(deps.db)).filter(({ enabled }) => enabled);
  return Promise.all(
    rows.map(async (row) => {
      const before = earlier.find(({ kind, subject }) => kind === 'indexer' && subject === row.id);
      return isResting(row) ? restOf(row) : (knownOf(row, before) ?? (await ask(deps, row, signal)));
    }),
  );
}

/** Undefined: nobody has used it lately. */
function knownOf(
  { id, name, lastOutcome, lastUsedAt }: IndexerRow,
  before: HealthResult | undefined,
): HealthResult | undefined {
  if (Date.now() - (lastUsedAt?.getTime() ?? 0) >= FRESH_MS) return undefined;
  if (lastOutcome === 'ok') return well('indexer', id, `${name} answers`);
  return before === undefined || before.level === 'ok' ? undefined : before;
}

/** That it was asked is written down, and its back-off left to those who need its answers. */
async function ask(
  deps: ConnectDeps & { db: Database },
  row: IndexerRow,
  signal: AbortSignal,
): Promise<HealthResult> {
  const secret = row.secret === null ? undefined : deps.seal.open(row.secret);
  const test = await tryConnection(
    secret,
    async (own) => `${(await openIndexer(deps, row, { anew: true }).caps(own)).server} answers`,
    { signal },
  );
  const [outcome, detail] = test.ok ? ['ok', null] : ['error', test.detail];
  await changeIndexerUse(deps.db, row.id, (now) => ({ ...now, outcome, detail }));
  if (test.ok) return well('indexer', row.id, test.detail);
  const isOurs = test.fault === 'credentials' || test.fault === 'bad_input';
  const level = isOurs ? 'error' : 'warning';
  return { kind: 'indexer', subject: row.id, level, message: test.detail, remedy: test.remedy };
}

function restOf(row: IndexerRow): HealthResult {
  const { id, name, lastOutcome, lastDetail, disabledUntil, lastUsedAt } = row;
  const restMs = (disabledUntil?.getTime() ?? 0) - (lastUsedAt?.getTime() ?? Date.now());
  const until = disabledUntil?.toISOString() ?? '';
  const message = `${name} rests until ${until}: ${lastDetail ?? lastOutcome ?? 'it failed'}`;
  if (restMs < LONG_REST_MS) return well('indexer', id, message);
  const remedy =
    lastOutcome === 'throttled'
      ? 'It asks for a pause: raise the time between two calls (callIntervalMs) if that comes often'
      : 'Check its address and key; to save its settings ends the rest';
  return { kind: 'indexer', subject: id, level: levelOfRest(row), message, remedy };
}

function levelOfRest({ lastOutcome, backoffLevel }: IndexerRow): HealthLevel {
  if (lastOutcome === 'disabled') return 'error';
  return lastOutcome === 'error' && backoffLevel >= LONG_TROUBLE ? 'error' : 'warning';
}
