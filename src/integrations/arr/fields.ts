import { z } from 'zod';

import type { ArrSecret } from '../../domain/moving-in/arr.js';

/** An indexer or a download client: its settings are a list of named fields. */
export const provider = z.object({
  name: z.string().min(1),
  implementation: z.string(),
  priority: z.number().nullish(),
  enable: z.boolean().nullish(),
  enableRss: z.boolean().nullish(),
  enableAutomaticSearch: z.boolean().nullish(),
  enableInteractiveSearch: z.boolean().nullish(),
  fields: z.array(z.object({ name: z.string(), value: z.unknown() })).nullish(),
});
export type Provider = z.output<typeof provider>;

export type Fields = ReadonlyMap<string, unknown>;

export function fieldsOf({ fields }: Provider): Fields {
  return new Map((fields ?? []).map(({ name, value }) => [name, value]));
}

export function textOf(fields: Fields, name: string): string | undefined {
  const value = fields.get(name);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

export function numberOf(fields: Fields, name: string): number | undefined {
  const value = fields.get(name);
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** Stars stand for what newer versions hide. */
export function secretOf(fields: Fields, name: string): ArrSecret {
  const value = textOf(fields, name);
  if (value === undefined) return { state: 'none' };
  return /^\*+$/.test(value) ? { state: 'hidden' } : { state: 'told', value };
}

/** From 1 to 50; 25 where an older version has none, as there. */
export function priorityOf({ priority }: Provider): number {
  return Math.min(50, Math.max(1, Math.round(priority ?? 25)));
}

/** An address without user, password and query; undefined for what is none. */
export function plainAddress(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isPlain = /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
  return isPlain && !/[?#]/.test(text) ? url.href.replace(/\/+$/, '') : undefined;
}
