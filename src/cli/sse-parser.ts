/** One event of a `text/event-stream`; `id` is the last one seen, as the standard has it. */
export interface ServerSentEvent {
  id: string;
  event: string;
  data: string;
}

export interface SseParser {
  /** Takes the next bytes, cut anywhere, and returns the events that they complete. */
  push: (chunk: Uint8Array) => ServerSentEvent[];
  lastEventId: () => string;
  /** The server's wish for the pause before a reconnect, milliseconds. */
  retryMs: () => number | undefined;
}

/**
 * A parser after the WHATWG HTML standard §9.2.6: CR, LF and CRLF end a line, also across chunks, a comment
 * is skipped, and an event that the stream's end cuts off is never told.
 */
export function createSseParser(initialEventId = ''): SseParser {
  const decoder = new TextDecoder();
  const fields = createFields(initialEventId);
  let rest = '';
  let swallowLineFeed = false;

  return {
    push: (chunk) => {
      let text = decoder.decode(chunk, { stream: true });
      if (text === '') return [];
      if (swallowLineFeed && text.startsWith('\n')) text = text.slice(1);
      // A CR at the end of a chunk ends its line at once; the LF that may follow belongs to it.
      swallowLineFeed = text.endsWith('\r');
      const lines = (rest + text).split(/\r\n|\r|\n/);
      rest = lines.pop() ?? '';
      return lines.flatMap((line) => fields.take(line));
    },
    lastEventId: fields.lastEventId,
    retryMs: fields.retryMs,
  };
}

interface Fields {
  take: (line: string) => ServerSentEvent[];
  lastEventId: () => string;
  retryMs: () => number | undefined;
}

function createFields(initialEventId: string): Fields {
  let data: string[] = [];
  let event = '';
  let pendingId = initialEventId;
  let lastId = initialEventId;
  let retry: number | undefined;

  const dispatch = (): ServerSentEvent[] => {
    lastId = pendingId;
    const complete =
      data.length === 0
        ? []
        : [{ id: lastId, event: event === '' ? 'message' : event, data: data.join('\n') }];
    data = [];
    event = '';
    return complete;
  };

  const set = (name: string, value: string): void => {
    if (name === 'data') data.push(value);
    else if (name === 'event') event = value;
    else if (name === 'id' && !value.includes('\0')) pendingId = value;
    else if (name === 'retry' && /^\d+$/.test(value)) retry = Number(value);
  };

  return {
    take: (line) => {
      if (line === '') return dispatch();
      const colon = line.indexOf(':');
      const name = colon === -1 ? line : line.slice(0, colon);
      set(name, colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, ''));
      return [];
    },
    lastEventId: () => lastId,
    retryMs: () => retry,
  };
}
