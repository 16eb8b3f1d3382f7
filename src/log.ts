import { pino, type DestinationStream, type Logger } from 'pino';

import { redact, redactText } from './redact.js';

/** JSON lines; secrets are cut out by key wherever they stand, and inside texts by form. */
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
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => redact(fields) as Record<string, unknown>,
      },
      // Fields come redacted already, errors among them.
      serializers: { err: (error: unknown) => error },
      hooks: {
        logMethod(args, method) {
          const [first, ...rest] = args as unknown[];
          const told = first instanceof Error ? [{ err: first }, redactText(first.message)] : [first];
          const redacted = [...told, ...rest].map((arg) => (typeof arg === 'string' ? redactText(arg) : arg));
          method.apply(this, redacted as Parameters<typeof method>);
        },
      },
    },
    destination ?? pino.destination(2),
  );
}
