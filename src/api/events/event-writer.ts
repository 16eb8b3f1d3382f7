import type { Response } from 'express';

/** Server-Sent Events to one reader, who is cut off rather than buffered without bound (jobs.md §7). */
export interface EventWriter {
  /** Resolves when the reader has room for more; false when it is gone: nothing more shall be sent. */
  send: (event: { name: string; id: string; data: unknown }) => Promise<boolean>;
  /** Left out while the reader has no room: it is no event, and a slow reader needs no sign of life. */
  comment: (text: string) => void;
  end: (comment?: string) => void;
  readonly open: boolean;
}

/** How long one event may wait for its reader, milliseconds. */
const PATIENCE_MS = 10_000;
/** What a reader did not take stands before the last comment; it gets a moment for it, not more. */
const LAST_WORDS_MS = 5_000;

export function createEventWriter(response: Response, { patienceMs = PATIENCE_MS } = {}): EventWriter {
  let open = true;
  response.on('close', () => {
    open = false;
  });
  response.status(200).set({
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    // Otherwise nginx holds events back until its buffer is full.
    'x-accel-buffering': 'no',
  });
  response.flushHeaders();
  const end = (comment?: string): void => {
    if (!open) return;
    open = false;
    response.end(comment === undefined ? undefined : `: ${comment}\n\n`);
    setTimeout(() => {
      response.destroy();
    }, LAST_WORDS_MS).unref();
  };
  return {
    send: async ({ name, id, data }) => {
      if (!open) return false;
      if (response.write(`event: ${name}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`)) return true;
      if (!(await untilDrained(response, patienceMs))) {
        end('closed: this reader is too slow; connect again to go on from the last id');
      }
      return open;
    },
    comment: (text) => {
      if (open && !response.writableNeedDrain) response.write(`: ${text}\n\n`);
    },
    end,
    get open() {
      return open;
    },
  };
}

/** false when the time is over; true also when the reader has gone, which ends every wait. */
function untilDrained(response: Response, patienceMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (drained: boolean): void => {
      clearTimeout(timer);
      response.off('drain', onRoom).off('close', onRoom);
      resolve(drained);
    };
    const onRoom = (): void => {
      settle(true);
    };
    const timer = setTimeout(settle, patienceMs, false);
    response.once('drain', onRoom).once('close', onRoom);
  });
}
