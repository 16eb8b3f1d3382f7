/** Keys whose values never reach a log, in any spelling: `apiKey`, `api_key`, `X-Api-Key`. */
const SECRET_KEY = /(api-?key|token|secret|pass(word|key|wd)?|authorization|cookie|connectionstring|csrf)$/;

const CENSOR = '[redacted]';
const MAX_TEXT = 2_000;
const MAX_DEPTH = 8;

/** A value for a log: without secrets, errors as objects, nothing endless. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return '[too deep]';
  if (value instanceof Error) return redactError(value, depth);
  if (value instanceof URL) return redactText(value.href);
  if (value instanceof Date || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map((each) => redact(each, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      isSecretKey(key) && each !== null && each !== undefined ? CENSOR : redact(each, depth + 1),
    ]),
  );
}

function redactError(error: Error, depth: number): Record<string, unknown> {
  return {
    type: error.name,
    message: redactText(error.message),
    stack: redactText(error.stack ?? ''),
    ...(error.cause === undefined ? {} : { cause: redact(error.cause, depth + 1) }),
  };
}

function isSecretKey(key: string): boolean {
  return SECRET_KEY.test(key.toLowerCase().replaceAll('_', '-'));
}

/** Our own tokens, `apikey=…` in URLs, `user:password@` in addresses, bearer tokens and aria2's. */
export function redactText(text: string): string {
  return text
    .replaceAll(/\b(lp[ls]?_)[\w-]{8,}/g, `$1${CENSOR}`)
    .replaceAll(
      /((?:api[-_]?key|[\w-]*token|[\w-]*secret|pass(?:key|word|wd)|torrent_pass|authkey|rsskey)["']?\s*=\s*["']?)[^&\s"'<>]+/gi,
      `$1${CENSOR}`,
    )
    .replaceAll(
      /("(?:api[-_]?key|[\w-]*token|[\w-]*secret|pass(?:key|word|wd))"\s*:\s*")[^"]+/gi,
      `$1${CENSOR}`,
    )
    .replaceAll(/(\w+:\/\/[^\s:/?#@]*):[^\s/?#]*@/g, `$1:${CENSOR}@`)
    .replaceAll(/\b(Bearer\s+|Basic\s+|token:)[\w.~+/-]{4,}=*/gi, `$1${CENSOR}`)
    .slice(0, MAX_TEXT);
}
