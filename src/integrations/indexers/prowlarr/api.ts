import { z } from 'zod';

import { createKeyGuard } from '../api-key.js';
import { askJson, type Connection, type JsonReply } from '../ask.js';
import { parseAddress } from '../torznab-query.js';

export interface ProwlarrOptions {
  id: string;
  /** Prowlarr's own address, such as `http://host:9696`, with its URL base where it has one. */
  baseUrl: string;
  apiKey?: string;
  /** Asked where a query names none; empty: every category. */
  categories?: readonly number[];
  fetch?: typeof fetch;
  /** See follow.ts. */
  pace?: (signal: AbortSignal) => Promise<void>;
  now?: () => Date;
  /** One whole answer, milliseconds; default 60 s (acquisition.md §3.1). */
  timeoutMs?: number | undefined;
}

/** What a person can do about a failure of each class. */
export const PROWLARR_REMEDIES = {
  auth: 'Check the API key: it stands in Prowlarr below Settings, General',
  config: 'Check the address: it is Prowlarr’s own, such as http://localhost:9696',
  format: 'Check that the address is Prowlarr’s own, and not that of one of its indexers',
} as const;

const TIMEOUT_MS = 60_000;

/** @throws Fault bad_input for an address that is none, or that carries a key or password. */
export function connectProwlarr({ id, baseUrl, apiKey, ...more }: ProwlarrOptions): Connection {
  return {
    id,
    home: parseAddress(baseUrl, 'Give the address of Prowlarr, such as http://localhost:9696'),
    guard: createKeyGuard(apiKey),
    homeHeaders: apiKey === undefined ? {} : { 'x-api-key': apiKey },
    fetch: more.fetch ?? fetch,
    now: more.now ?? (() => new Date()),
    timeoutMs: more.timeoutMs ?? TIMEOUT_MS,
    ...(more.pace === undefined ? {} : { pace: more.pace }),
  };
}

/** An address of the API below Prowlarr's URL base. */
export function apiUrl({ home }: Connection, path: string): URL {
  return new URL(`${home.href.replace(/\/+$/, '')}/api/v1/${path}`);
}

const category: z.ZodType<Category> = z.lazy(() =>
  z.object({
    id: z.number(),
    name: z.string().nullish(),
    subCategories: z.array(category).nullish(),
  }),
);

interface Category {
  id: number;
  name?: string | null | undefined;
  subCategories?: Category[] | null | undefined;
}

const parameters = z.array(z.string()).nullish();

const indexer = z.object({
  id: z.number(),
  name: z.string(),
  enable: z.boolean(),
  protocol: z.enum(['torrent', 'usenet']),
  priority: z.number(),
  capabilities: z
    .object({
      categories: z.array(category).nullish(),
      searchParams: parameters,
      tvSearchParams: parameters,
      movieSearchParams: parameters,
      bookSearchParams: parameters,
    })
    .nullish(),
});

export type ProwlarrEntry = z.infer<typeof indexer>;

/** Its indexers as it tells them; one of an unknown protocol is a format error, not a shorter list. */
export function fetchEntries(
  connection: Connection,
  signal: AbortSignal,
): Promise<JsonReply<ProwlarrEntry[]>> {
  const url = apiUrl(connection, 'indexer');
  return askJson(connection, { url, schema: z.array(indexer) }, signal);
}

/** Its categories and their subcategories, each once. */
export function categoriesOf({ capabilities }: ProwlarrEntry): { id: number; name: string }[] {
  const flat = (list: readonly Category[]): { id: number; name: string }[] =>
    list.flatMap(({ id, name, subCategories }) => [
      { id, name: name ?? String(id) },
      ...flat(subCategories ?? []),
    ]);
  return [...new Map(flat(capabilities?.categories ?? []).map((one) => [one.id, one])).values()];
}
