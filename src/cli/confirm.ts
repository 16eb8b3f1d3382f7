import { Fault } from '../domain/faults.js';
import type { ProgramDeps } from './program-deps.js';
import { plainText } from './render/plain-text.js';

/**
 * Asks on the terminal, on the error stream, so that the output stays data.
 * @throws Fault bad_input where nobody can answer.
 */
export async function confirm(
  { stdin, stderr }: Pick<ProgramDeps, 'stdin' | 'stderr'>,
  question: string,
): Promise<boolean> {
  if (stdin.isTTY !== true) {
    throw new Fault('bad_input', 'Expected --yes, or a terminal on which to ask', {
      remedy: 'See with --dry-run what would be taken, then say --yes',
    });
  }
  stderr.write(plainText(`${question} [y/N] `));
  return /^y(es)?$/i.test((await readLine(stdin)).trim());
}

async function readLine(stdin: AsyncIterable<Uint8Array | string>): Promise<string> {
  let text = '';
  for await (const chunk of stdin) {
    text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
    if (text.includes('\n')) break;
  }
  return text.split('\n')[0] ?? '';
}
