import { idOf, type Asked } from '../load/ledger.js';
import { query, type Check, type Evidence, type Violation } from './evidence.js';

const RULE = 'every job ends as its params say, or cancelled if somebody asked (jobs.md §8 (12))';

interface Row {
  id: string;
  type: string;
  status: string;
  parentId: string | null;
  error: { kind: string; message: string } | null;
  childCancelled: boolean;
}

/** No job is lost, none is made twice, and each ends as it should. */
export const checkOutcomes: Check = async (evidence) => {
  const rows = new Map(
    (
      await query<Row>(
        evidence,
        `select j.id, j.type, j.status, j.parent_id as "parentId", j.error,
           exists (select from job_steps s join jobs c on c.id = s.child_id where s.job_id = j.id and c.status = 'cancelled') as "childCancelled"
         from jobs j`,
      )
    ).map((row) => [row.id, row]),
  );
  const { asked } = evidence.ledger;
  const cancelledByAny = new Set(
    asked.filter(({ mayBeCancelled }) => mayBeCancelled).map((one) => idOf(one)),
  );
  return [
    ...evidence.settled.open.map((said) => ({ rule: RULE, said: `still open after the quiet: ${said}` })),
    ...asked.flatMap((one) => judge(one, rows, { cancelledByAny, kills: evidence.kills })),
  ];
};

function judge(
  asked: Asked,
  rows: Map<string, Row>,
  { cancelledByAny, kills }: { cancelledByAny: ReadonlySet<string | undefined>; kills: Evidence['kills'] },
): Violation[] {
  const id = idOf(asked);
  if (id === undefined)
    return [{ rule: RULE, said: `no answer ever came for ${JSON.stringify(asked.body)}` }];
  if (asked.ids.size > 1) {
    return [
      {
        rule: 'jobs.md §8 (3)',
        jobId: id,
        said: `one Idempotency-Key, several jobs: ${[...asked.ids].join(', ')}`,
      },
    ];
  }
  const row = rows.get(id);
  if (row === undefined) return [{ rule: RULE, jobId: id, said: 'POST told this id, but there is no row' }];
  const cancelled = row.status === 'cancelled' && cancelledByAny.has(id);
  if (row.status === asked.expected || cancelled || isExplained(row, kills)) return [];
  const error = row.error === null ? '' : `, error ${JSON.stringify(row.error)}`;
  return [{ rule: RULE, jobId: id, said: `expected ${asked.expected}, came ${row.status}${error}` }];
}

/** As demo-encode.ts: so many kills of its FFmpeg use up its tries. */
const ENCODE_TRIES = 3;

/** A step that loses its worker again and again counts a try (jobs.md §5); a shared part goes with its first owner. */
function isExplained({ status, error, childCancelled }: Row, kills: Evidence['kills']): boolean {
  if (status !== 'failed' || error === null) return false;
  const { kind, message } = error;
  const ffmpegs = kills.filter((kill) => kill.kind === 'ffmpeg').length;
  return (
    message.includes('lost its worker') ||
    (message.includes('killed with signal SIGKILL') && ffmpegs >= ENCODE_TRIES) ||
    (kind === 'parts_failed' && childCancelled)
  );
}
