import type { Response } from 'express';

/** Server-Sent Events to one reader, who is cut off rather than buffered without bound (jobs.md §7). */
export interface EventWriter {
  /** false when the reader is gone: nothing more shall be sent. */
  send: (event: { name: string; id: string; data: unknown }) => boolean;
  comment: (text: string) => boolean;
  end: (comment?: string) => void;
  readonly open: boolean;
}

/** What may wait in this process for one reader, bytes: some hundreds of jobs. */
const MAX_BUFFERED = 1_000_000;

export function createEventWriter(response: Response): EventWriter {
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
  };
  const write = (text: string): boolean => {
    if (!open) return false;
    response.write(text);
    if (response.writableLength <= MAX_BUFFERED) return true;
    end('closed: this reader is too slow; connect again to go on from the last id');
    // The comment stands behind what the reader did not take; it gets a moment for it, not more.
    setTimeout(() => {
      response.destroy();
    }, 5_000).unref();
    return false;
  };
  return {
    send: ({ name, id, data }) => write(`event: ${name}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`),
    comment: (text) => write(`: ${text}\n\n`),
    end,
    get open() {
      return open;
    },
  };
}
