import { well, type HealthLevel, type HealthResult } from '../../domain/health/check.js';
import { MINUTE_MS } from '../../domain/durations.js';
import { tryConnection } from '../../integrations/connection-test.js';
import { listIndexers, type IndexerRow } from '../../store/acquisition/indexers.js';
import { openIndexer, type ConnectDeps } from './connect.js';
import { isResting } from './indexer-answer.js';

/** One that has answered just now need not be asked again: a look costs it a call. */
const FRESH_MS = 30 * MINUTE_MS;
/** From this level on an indexer rests for an hour or more (acquisition.md §3.2): it does not mend itself soon. */
const LONG_TROUBLE = 5;

/** What searches and readings have learnt of each, else its own word. */
export async function checkIndexers(deps: ConnectDeps, signal: AbortSignal): Promise<HealthResult[]> {
  const rows = (await listIndexers(deps.db)).filter(({ enabled }) => enabled);
  return Promise.all(rows.map((row) => checkIndexer(deps, row, signal)));
}

async function checkIndexer(deps: ConnectDeps, row: IndexerRow, signal: AbortSignal): Promise<HealthResult> {
  const about = { kind: 'indexer', subject: row.id } as const;
  if (isResting(row)) return { ...about, ...restOf(row) };
  const age = Date.now() - (row.lastUsedAt?.getTime() ?? 0);
  if (row.lastOutcome === 'ok' && age < FRESH_MS) return well('indexer', row.id, `${row.name} answers`);
  const secret = row.secret === null ? undefined : deps.seal.open(row.secret);
  const test = await tryConnection(
    secret,
    async (own) => `${(await openIndexer(deps, row).caps(own)).server} answers`,
    { signal },
  );
  if (test.ok) return well('indexer', row.id, test.detail);
  const isOurs = test.fault === 'credentials' || test.fault === 'bad_input';
  return { ...about, level: isOurs ? 'error' : 'warning', message: test.detail, remedy: test.remedy };
}

function restOf({
  name,
  lastOutcome,
  lastDetail,
  backoffLevel,
  disabledUntil,
}: IndexerRow): Omit<HealthResult, 'kind' | 'subject'> {
  const until = disabledUntil?.toISOString() ?? '';
  const message = `${name} rests until ${until}: ${lastDetail ?? lastOutcome ?? 'it failed'}`;
  const level: HealthLevel =
    lastOutcome === 'disabled' || (lastOutcome === 'error' && backoffLevel >= LONG_TROUBLE)
      ? 'error'
      : 'warning';
  const remedy =
    lastOutcome === 'throttled'
      ? 'It asks for a pause: raise the time between two calls (callIntervalMs) if that comes often'
      : 'Check its address and key; to save its settings ends the rest';
  return { level, message, remedy };
}
