import type { HistoryItem } from './records.js';
import { logLines } from './records.js';
import type { NzbgetRpc } from './rpc.js';

/**
 * Words of the machine: NZBGet calls a missing or wrong unpacker FAILURE/UNPACK as well (measured with unrar-free,
 * "Unrar error code: 64"). Codes: unrar 5 write, 7 usage, 8 memory, 9 create; 64, 126, 127 usage and shell.
 */
const ENVIRONMENT =
  /no space left|disk (is )?full|write error|read-only file system|permission denied|input\/output error|could not start|(unrar|7-?zip|7z) error code: (5|7|8|9|64|126|127|255)\b/i;

const LINES = 100;

/** Tells of a failed item what its log blames on the machine; asked once an item, since history never changes. */
export type FailureLog = (entry: HistoryItem, signal: AbortSignal) => Promise<string | undefined>;

export function createFailureLog(rpc: NzbgetRpc): FailureLog {
  const known = new Map<string, string | undefined>();
  return async (entry, signal) => {
    if (entry.par !== 'FAILURE' && entry.unpack !== 'FAILURE') return undefined;
    const key = `${entry.id} ${entry.historyTime}`;
    if (!known.has(key)) {
      const lines = await rpc('loadlog', [entry.id, 0, LINES], logLines, signal);
      known.set(
        key,
        lines.map(({ Text }) => Text).find((text) => ENVIRONMENT.test(text)),
      );
    }
    return known.get(key);
  };
}
