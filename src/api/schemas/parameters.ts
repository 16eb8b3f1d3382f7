import { z } from 'zod';

import { HttpProblem } from '../http/problem.js';

import { parseJson } from '../../domain/parse-json.js';

/** A whole number in a query string. */
export function integerText({ min, max }: { min: number; max: number }) {
  return z
    .string()
    .regex(/^-?\d{1,15}$/, 'expected a whole number')
    .transform(Number)
    .pipe(z.int().min(min).max(max))
    .meta({ type: 'integer', minimum: min, maximum: max });
}

export const limit = integerText({ min: 1, max: 200 }).optional().describe('How many at most; default 50');

export const DEFAULT_LIMIT = 50;

export const flag = z.enum(['0', '1', 'true', 'false']).transform((text) => text === '1' || text === 'true');

/** Several values: `?a=x&a=y` or `?a=x,y`; empty parts are left out. */
export const several = z
  .union([z.string(), z.array(z.string())])
  .transform((given) =>
    (Array.isArray(given) ? given : [given])
      .flatMap((text) => text.split(','))
      .map((text) => text.trim())
      .filter((text) => text !== ''),
  )
  .meta({ type: 'array', items: { type: 'string' } });

/** Longplay's ids: `request-7k2m9q4d`, `my-indexer`; a well-formed text that is none is simply not there. */
export const idParams = z.object({ id: z.string().max(200).refine(isStorable, 'expected no NUL') });

export const time = z.iso.datetime().meta({ description: 'ISO 8601 in UTC' });

/** Postgres keeps no NUL in a text. */
export function isStorable(text: string): boolean {
  return !text.includes('\0');
}

/** Postgres has no year 0. */
const CURSOR = z.tuple([
  z.iso.datetime().refine((text) => !text.startsWith('0000')),
  z.string().max(200).refine(isStorable),
]);

/** A place in a list, opaque to clients. */
export interface ListCursor {
  createdAt: string;
  id: string;
}

export const cursor = z.string().max(500).optional().describe('`next` of the page before; opaque');

export function writeCursor(place: ListCursor | null | undefined): string | null {
  if (place === null || place === undefined) return null;
  return Buffer.from(JSON.stringify([place.createdAt, place.id])).toString('base64url');
}

/** @throws HttpProblem bad_input for a cursor that no page of ours ended with. */
export function readCursor(text: string | undefined): ListCursor | undefined {
  if (text === undefined) return undefined;
  const parsed = CURSOR.safeParse(parseJson(Buffer.from(text, 'base64url').toString('utf8')));
  if (parsed.success) return { createdAt: parsed.data[0], id: parsed.data[1] };
  throw new HttpProblem('bad_input', 'Expected a cursor as `next` gave it, got another text', {
    errors: [{ pointer: 'query/cursor', detail: 'Expected the value of `next`' }],
  });
}
