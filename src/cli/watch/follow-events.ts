import { setTimeout as after } from 'node:timers/promises';

import { Fault } from '../../domain/faults.js';
import type { EventStream, HttpClient, Query } from '../http-client.js';
import { RefusedError } from '../problem.js';
import type { ServerSentEvent } from '../sse-parser.js';

export interface FollowOptions {
  path: string;
  query?: Query;
  signal: AbortSignal;
  /** The stream broke; it is asked for again until the signal aborts. */
  onLost?: () => void;
  onBack?: () => void;
  /** Pause before try n (from 0) to connect again, milliseconds; the server's own wish wins. */
  pauseMs?: (attempt: number) => number;
}

/**
 * The events of a stream across its breaks: asks again with Last-Event-ID, so that none is missed or told twice.
 * Ends when the signal aborts; whoever has seen enough leaves the loop.
 * @throws Fault environment when not even the first connection comes about; RefusedError when the API says no.
 */
export async function* followEvents(
  client: HttpClient,
  options: FollowOptions,
): AsyncGenerator<ServerSentEvent> {
  const { signal, pauseMs = defaultPauseMs } = options;
  let connected = false;
  let lastEventId = '';
  let attempt = 0;
  while (isOpen(signal)) {
    const stream = await open(client, { ...options, lastEventId, connected });
    if (stream !== undefined) {
      if (connected) options.onBack?.();
      connected = true;
      for await (const event of stream.events) {
        attempt = 0;
        yield event;
      }
      lastEventId = stream.lastEventId();
      if (isOpen(signal)) options.onLost?.();
    }
    await pause(stream?.retryMs() ?? pauseMs(attempt), signal);
    attempt += 1;
  }
}

/** @returns undefined for a failure that a later try may not meet. */
async function open(
  client: HttpClient,
  options: FollowOptions & { lastEventId: string; connected: boolean },
): Promise<EventStream | undefined> {
  const { path, query = {}, lastEventId, signal } = options;
  try {
    return await client.stream({ path, query, lastEventId, signal });
  } catch (error) {
    if (signal.aborted || (options.connected && mayPass(error))) return undefined;
    throw error;
  }
}

function mayPass(error: unknown): boolean {
  if (error instanceof RefusedError) return error.problem.status >= 500 || error.problem.status === 429;
  return error instanceof Fault && error.kind === 'environment';
}

/** Asked anew each time: the signal changes while we wait, which the compiler cannot see. */
function isOpen(signal: AbortSignal): boolean {
  return !signal.aborted;
}

/** 0.25, 0.5, 1, 2, 4, 5, 5 … s: a restart takes seconds, and nobody else waits for us. */
function defaultPauseMs(attempt: number): number {
  return Math.min(5_000, 250 * 2 ** attempt);
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await after(ms, undefined, { signal }).catch(() => undefined);
}
