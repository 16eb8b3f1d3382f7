import { logLines, type HistoryItem } from './records.js';
import type { NzbgetRpc } from './rpc.js';

/**
 * Words of the machine: NZBGet calls a missing or wrong unpacker FAILURE/UNPACK as well (measured with unrar-free,
 * "Unrar error code: 64"). Codes: unrar 5 write, 7 usage, 8 memory, 9 create; 64, 126, 127 usage and shell.
 */
const ENVIRONMENT =
  /no space left|disk (is )?full|write error|read-only file system|permission denied|input\/output error|could not start|(unrar|7-?zip|7z) error code: (5|7|8|9|64|126|127|255)\b/i;

/** Where a try begins: a log keeps what went wrong in earlier ones. */
const TRY = /^(unpacking|checking pars for|queueing) /i;

const LINES = 100;

/** What the logs of failed items blame on the machine; each is asked for once, since it is over. */
export interface FailureLog {
  environmentOf: (entry: HistoryItem, signal: AbortSignal) => Promise<string | undefined>;
  /** For an item that is tried again. */
  forget: (entry: HistoryItem) => void;
}

export function createFailureLog(rpc: NzbgetRpc): FailureLog {
  const known = new Map<number, { historyTime: number; environment: string | undefined }>();
  return {
    environmentOf: async (entry, signal) => {
      if (entry.par !== 'FAILURE' && entry.unpack !== 'FAILURE') return undefined;
      const told = known.get(entry.id);
      if (told?.historyTime === entry.historyTime) return told.environment;
      const lines = (await rpc('loadlog', [entry.id, 0, LINES], logLines, signal)).map(({ Text }) => Text);
      const lastTry = lines.slice(
        Math.max(
          0,
          lines.findLastIndex((text) => TRY.test(text)),
        ),
      );
      const environment = lastTry.find((text) => ENVIRONMENT.test(text));
      known.set(entry.id, { historyTime: entry.historyTime, environment });
      return environment;
    },
    forget: ({ id }) => {
      known.delete(id);
    },
  };
}
