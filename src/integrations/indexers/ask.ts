import type { z } from 'zod';

import { parseJson } from '../../domain/parse-json.js';
import { getFollowing, type FollowOptions } from './follow.js';
import { NoAnswer, type Answer } from './http.js';
import { retryAfterMs } from '../http-answer.js';
import { formatError, htmlError, readSilence, readStatus, tooLarge, type Failure } from './reply.js';

/** An answer of an API is never larger. */
export const API_LIMIT_BYTES = 8 * 1024 * 1024;

export interface Connection extends FollowOptions {
  id: string;
  /** One whole answer, milliseconds. */
  timeoutMs: number;
  now: () => Date;
}

export interface Arrived {
  answer: Answer;
  /** Where it came from, after redirects. */
  url: URL;
}

/** One API call; whatever came is an answer, and a silence or a link astray a failure. */
export async function ask(
  connection: Connection,
  url: URL,
  signal: AbortSignal,
): Promise<Arrived | { failure: Failure }> {
  try {
    const limits = { maxBytes: API_LIMIT_BYTES, timeoutMs: connection.timeoutMs, signal };
    const arrival = await getFollowing(connection, url.href, limits);
    if (arrival.kind === 'answer') return arrival;
    const detail = arrival.kind === 'magnet' ? 'a magnet link came instead of an answer' : arrival.detail;
    return { failure: { outcome: 'error', class: 'config', detail } };
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return { failure: readSilence(error) };
  }
}

export interface JsonQuestion<T> {
  url: URL;
  schema: z.ZodType<T>;
  /** Refusals that say more in their body, where it fits the schema. */
  alsoRead?: readonly number[];
}

export type JsonReply<T> = { value: T } | { failure: Failure };

/** One API call that is answered in JSON. Details go through the guard: they may repeat the key. */
export async function askJson<T>(
  connection: Connection,
  question: JsonQuestion<T>,
  signal: AbortSignal,
): Promise<JsonReply<T>> {
  const arrived = await ask(connection, question.url, signal);
  const reply = 'failure' in arrived ? arrived : readJson(arrived.answer, question, connection.now());
  return 'failure' in reply ? { failure: hideKey(reply.failure, connection) } : reply;
}

/** The failure without the key, which the other side may have repeated. */
export function hideKey(failure: Failure, { guard }: Connection): Failure {
  return { ...failure, detail: guard.hide(failure.detail) };
}

/** A JSON answer by its schema, or why there is none (the table of acquisition.md §2.1 holds here too). */
export function readJson<T>(
  answer: Answer,
  { schema, alsoRead = [] }: Omit<JsonQuestion<T>, 'url'>,
  now: Date,
): JsonReply<T> {
  const refused = readStatus(answer.status, retryAfterMs(answer.headers, now));
  if (refused !== undefined && !alsoRead.includes(answer.status)) return { failure: refused };
  if (answer.tooLarge) return { failure: refused ?? tooLarge(API_LIMIT_BYTES) };
  const text = new TextDecoder().decode(answer.body).trimStart();
  if (text.startsWith('<')) return { failure: refused ?? htmlError() };
  const json = parseJson(text);
  if (json === undefined) return { failure: refused ?? formatError('the JSON is broken') };
  const read = schema.safeParse(json);
  if (read.success) return { value: read.data };
  const [issue] = read.error.issues;
  const place = issue?.path.join('.') ?? '';
  const detail = `the answer is another than expected, at "${place}": ${issue?.message ?? 'unknown'}`;
  return { failure: refused ?? formatError(detail.slice(0, 300)) };
}
