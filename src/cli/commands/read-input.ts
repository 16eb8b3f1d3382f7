import { readFile } from 'node:fs/promises';

import { Fault, normalizeError } from '../../domain/faults.js';
import type { ProgramDeps } from '../program-deps.js';

type Stdin = Pick<ProgramDeps, 'stdin'>;

/**
 * The text of a file, or of the standard input for `-`.
 * @throws Fault bad_input for a file that cannot be read.
 */
export async function readInput({ stdin }: Stdin, file: string): Promise<string> {
  if (file !== '-') {
    return readFile(file, 'utf8').catch((error: unknown) => {
      throw new Fault(
        'bad_input',
        `Expected a file that can be read, got: ${normalizeError(error).message}`,
        {
          cause: error,
        },
      );
    });
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

/** A secret from a file or `-`: on the command line itself every user of the machine could read it. */
export async function readSecret(deps: Stdin, file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const secret = (await readInput(deps, file)).trim();
  if (secret !== '') return secret;
  throw new Fault(
    'bad_input',
    `Expected a secret in ${file === '-' ? 'the standard input' : file}, got nothing`,
  );
}

/**
 * A JSON object given as text, as `@file`, or as `-` for the standard input.
 * @throws Fault bad_input for anything else.
 */
export async function readObject(deps: Stdin, given: string): Promise<Record<string, unknown>> {
  const file = given === '-' ? '-' : given.startsWith('@') ? given.slice(1) : undefined;
  const text = file === undefined ? given : await readInput(deps, file);
  const value = parse(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new Fault(
    'bad_input',
    `Expected a JSON object as params, got ${Array.isArray(value) ? 'a list' : typeof value}`,
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Fault('bad_input', `Expected a JSON object as params, got: ${normalizeError(error).message}`, {
      remedy: `Quote it for your shell: --params '{"count": 3}', or write it to a file: --params @params.json`,
      cause: error,
    });
  }
}
