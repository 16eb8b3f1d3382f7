import { errorCode, Fault } from '../domain/faults.js';
import { RefusedError } from './problem.js';

/** What a shell sees of a command; `longplay --help` lists them. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  unreachable: 3,
  refused: 4,
  interrupted: 130,
} as const;

export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];

/** The status that tells a script what kind of thing went wrong, so that it need not read the words. */
export function exitStatusOf(error: unknown): ExitStatus {
  if (error instanceof RefusedError) return error.problem.status < 500 ? EXIT.refused : EXIT.failed;
  if (error instanceof Fault && error.kind === 'bad_input') return EXIT.usage;
  if (error instanceof Fault && error.kind === 'environment') return EXIT.unreachable;
  return errorCode(error) === 'ECONNREFUSED' ? EXIT.unreachable : EXIT.failed;
}
