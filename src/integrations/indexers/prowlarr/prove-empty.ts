import { z } from 'zod';

import { askJson, type Connection } from '../ask.js';
import type { Failure } from '../reply.js';
import { apiUrl } from './api.js';

const statuses = z.array(z.object({ indexerId: z.number(), disabledTill: z.string().nullish() }));

const health = z.array(
  z.object({ source: z.string().nullish(), type: z.string(), message: z.string().nullish() }),
);

/** They concern an indexer, but not what a search finds. */
const HARMLESS_SOURCES = new Set(['IndexerDownloadClientCheck', 'IndexerVIPCheck']);

/**
 * Prowlarr answers `200 []` to what went wrong as well, and one bad indexer can empty all (acquisition.md §2.2): so
 * an empty answer counts only while none of its indexers rests or is in trouble. Undefined: nothing was found.
 */
export async function whyEmpty(connection: Connection, signal: AbortSignal): Promise<Failure | undefined> {
  const [resting, troubled] = await Promise.all([
    askJson(connection, { url: apiUrl(connection, 'indexerstatus'), schema: statuses }, signal),
    askJson(connection, { url: apiUrl(connection, 'health'), schema: health }, signal),
  ]);
  if ('failure' in resting) return resting.failure;
  if ('failure' in troubled) return troubled.failure;
  const now = connection.now().getTime();
  const disabled = resting.value.filter(({ disabledTill }) => Date.parse(disabledTill ?? '') > now);
  if (disabled.length > 0) return unproved(`${disabled.length} of its indexers rest after failures`);
  const trouble = troubled.value.find(
    ({ source, type }) =>
      /^indexer/i.test(source ?? '') &&
      !HARMLESS_SOURCES.has(source ?? '') &&
      /^(?:warning|error)$/i.test(type),
  );
  if (trouble === undefined) return undefined;
  return unproved(connection.guard.hide((trouble.message ?? trouble.source ?? '').slice(0, 200)));
}

function unproved(why: string): Failure {
  const detail = `Prowlarr found nothing, which proves nothing: ${why}`;
  return { outcome: 'error', class: 'transient', detail };
}
