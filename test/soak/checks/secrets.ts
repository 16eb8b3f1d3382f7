import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

import { query, type Check, type Evidence } from './evidence.js';

const RULE = 'jobs.md §8 (10)';

/** None of the secrets in use is in a history, a log or a row. */
export const checkSecrets: Check = async (evidence) => {
  const places = [...(await logs(evidence)), ...(await tables(evidence)), ...(await histories(evidence))];
  return evidence.house.secrets.flatMap((secret, index) =>
    places
      .filter(({ text }) => text.includes(secret))
      .map(({ place }) => ({ rule: RULE, said: `the secret no. ${index + 1} is in ${place}` })),
  );
};

interface Place {
  place: string;
  text: string;
}

async function logs({ house }: Evidence): Promise<Place[]> {
  const names = await readdir(house.logFolder);
  return Promise.all(
    names.map(async (name) => ({
      place: name,
      text: await readFile(path.join(house.logFolder, name), 'utf8'),
    })),
  );
}

async function tables(evidence: Evidence): Promise<Place[]> {
  const names = await query<{ name: string }>(
    evidence,
    `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
  );
  const places: Place[] = [];
  for (const { name } of names) {
    const rows = await query<{ text: string }>(evidence, `select t::text as text from "${name}" t`);
    places.push({ place: `the table ${name}`, text: rows.map(({ text }) => text).join('\n') });
  }
  return places;
}

async function histories({ temporal }: Evidence): Promise<Place[]> {
  const places: Place[] = [];
  for await (const { workflowId, runId } of temporal.workflow.list({ query: 'JobType is not null' })) {
    const history = await temporal.workflow.getHandle(workflowId, runId).fetchHistory();
    places.push({ place: `the history of ${workflowId}`, text: textsIn(history).join('\n') });
  }
  return places;
}

/** Payloads are bytes, which JSON would hide. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value instanceof Uint8Array) return [Buffer.from(value).toString('utf8')];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}
