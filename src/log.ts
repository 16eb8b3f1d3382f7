import { pino, type DestinationStream, type Logger } from 'pino';

/** Keys whose values never reach a log, wherever they stand. */
const SECRET_KEYS = [
  'apikey',
  'apiKey',
  'token',
  'secret',
  'password',
  'authorization',
  'cookie',
  'connectionString',
];

/** JSON lines; secrets are cut out by key, and inside texts by form. */
export function createLog({
  level,
  destination,
}: {
  level: string;
  destination?: DestinationStream;
}): Logger {
  return pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_KEYS.flatMap((key) => [key, `*.${key}`]), censor: '[redacted]' },
      serializers: { err: (error: unknown) => describeError(error) },
    },
    destination ?? pino.destination(2),
  );
}

const MAX_TEXT = 2_000;

function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return redactText(String(error));
  return {
    type: error.name,
    message: redactText(error.message),
    stack: redactText(error.stack ?? ''),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
}

/** `apikey=…` in URLs, `user:password@` in addresses, and bearer tokens. */
export function redactText(text: string): string {
  return text
    .slice(0, MAX_TEXT)
    .replaceAll(/(apikey|api_key|token|passkey|password)=[^&\s"']+/gi, '$1=[redacted]')
    .replaceAll(/(\w+:\/\/[^\s:/@]+):[^\s@/]+@/g, '$1:[redacted]@')
    .replaceAll(/(Bearer|token:)\s*[\w.~+/-]+=*/g, '$1 [redacted]');
}
