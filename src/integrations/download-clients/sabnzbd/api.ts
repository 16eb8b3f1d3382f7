import { z } from 'zod';

import { Fault } from '../../../domain/faults.js';
import { parseJson } from '../../../domain/parse-json.js';
import {
  ask,
  describeAnswer,
  interfaceAddress,
  parseAnswer,
  unreachable,
  type Answered,
} from '../usenet/answer.js';

export interface SabnzbdOptions {
  baseUrl: string;
  secret?: string;
  fetch?: typeof fetch;
  timeoutMs?: number;
}

/** One call of SABnzbd's API, `mode` among its fields; they and the key travel in the body, so that no log has them. */
export type SabnzbdApi = <Result>(
  fields: Record<string, string>,
  schema: z.ZodType<Result>,
  options: { signal: AbortSignal; file?: { name: string; bytes: Uint8Array } },
) => Promise<Result>;

/** SABnzbd took the call and says no. */
export class SabnzbdRefusal extends Error {
  override readonly name = 'SabnzbdRefusal';
}

const PRODUCT = 'SABnzbd';
const TIMEOUT_MS = 30_000;

const refusal = z.object({ status: z.literal(false), error: z.string() });

/** @throws SabnzbdRefusal, Fault environment when SABnzbd does not answer, credentials when it refuses the key. */
export function createSabnzbdApi(options: SabnzbdOptions): SabnzbdApi {
  const url = interfaceAddress(options.baseUrl, '/api');
  const door = {
    product: PRODUCT,
    fetch: options.fetch ?? fetch,
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
  };
  return async (fields, schema, { signal, file }) => {
    const body = writeBody({ ...fields, output: 'json', apikey: options.secret ?? '' }, file);
    const value = readAnswer(await ask(door, { url, body }, signal));
    return parseAnswer(PRODUCT, schema, { value, call: fields['mode'] ?? '' });
  };
}

function writeBody(
  fields: Record<string, string>,
  file: { name: string; bytes: Uint8Array } | undefined,
): URLSearchParams | FormData {
  if (file === undefined) return new URLSearchParams(fields);
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  const blob = new Blob([Buffer.from(file.bytes)], { type: 'application/x-nzb' });
  form.append('name', blob, file.name);
  return form;
}

/** A refused key comes with HTTP 200 and in plain text, or as 403 in newer versions. */
function readAnswer(answered: Answered): unknown {
  const value = parseJson(answered.text);
  const refused = refusal.safeParse(value);
  const said = refused.success ? refused.data.error : answered.text;
  const isPlain = refused.success || (value === undefined && !said.trimStart().startsWith('<'));
  if (isPlain && /^\W*(error: )?api ?key/i.test(said)) {
    throw new Fault('credentials', 'SABnzbd refuses the API key', {
      remedy: 'Enter the API key of its settings, page General',
    });
  }
  if (isPlain && /access denied|hostname verification/i.test(said)) {
    throw new Fault('credentials', 'SABnzbd lets this machine or this host name not in', {
      remedy:
        'Add the host name to host_whitelist, or this machine to local_ranges, in its settings, page Special',
    });
  }
  if (refused.success) throw new SabnzbdRefusal(refused.data.error.slice(0, 200));
  if (value !== undefined && answered.status === 200) return value;
  throw unreachable(PRODUCT, `was expected to answer, but ${describeAnswer(answered)} came`, {
    remedy: 'Check the address: it is that of its web page, often with /sabnzbd at the end',
  });
}
