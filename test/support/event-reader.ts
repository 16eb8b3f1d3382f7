import { createSseParser, type ServerSentEvent } from '../../src/cli/sse-parser.js';
import { eventually } from './eventually.js';

export interface ReadEvent {
  name: string;
  id: string;
  data: unknown;
  /** When it came, by performance.now(). */
  at: number;
}

/** Reads one event stream as it comes. */
export interface EventReader {
  /** All so far. */
  events: ReadEvent[];
  /** Resolves with the first event, from `events[from]` on, that is as wished. */
  until: (wished: (event: ReadEvent) => boolean, from?: number) => Promise<ReadEvent>;
  /** Resolves with the whole text once the server has ended the stream. */
  ended: Promise<string>;
  leave: () => Promise<void>;
}

/** @throws Error when the answer is no stream. */
export async function openEvents(
  url: string,
  options: { headers: Record<string, string>; lastEventId?: string },
): Promise<EventReader> {
  const gone = new AbortController();
  const { lastEventId } = options;
  const response = await fetch(url, {
    headers: { ...options.headers, ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }) },
    signal: gone.signal,
  });
  if (!response.ok) throw new Error(`Expected a stream, got ${response.status}: ${await response.text()}`);
  const events: ReadEvent[] = [];
  const ended = readAll(response, ({ event, id, data }) => {
    events.push({ name: event, id, data: JSON.parse(data), at: performance.now() });
  });
  return {
    events,
    until: async (wished, from = 0) => {
      let found: ReadEvent | undefined;
      await eventually(() => (found = events.slice(from).find(wished)) !== undefined, { everyMs: 2 }).catch(
        (error: unknown) => {
          throw new Error(`No such event among ${JSON.stringify(events.slice(from))}`, { cause: error });
        },
      );
      if (found === undefined) throw new Error('unreachable');
      return found;
    },
    ended,
    leave: async () => {
      gone.abort();
      await ended;
    },
  };
}

/** The text so far when the reader leaves. */
async function readAll(response: Response, take: (event: ServerSentEvent) => void): Promise<string> {
  const parser = createSseParser();
  const decoder = new TextDecoder();
  let text = '';
  const body: ReadableStream<Uint8Array> | null = response.body;
  try {
    for await (const chunk of body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      parser.push(chunk).forEach(take);
    }
  } catch {
    // Left by ourselves, or cut by the server: what came counts.
  }
  return text;
}
