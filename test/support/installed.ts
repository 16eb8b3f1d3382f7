import { describe } from '@jest/globals';

import { findProgram } from '../../src/embedded/programs.js';

/** `describe` where the program is installed; else its tests are skipped, loudly. */
export function describeWith(program: string, what: string): typeof describe.skip {
  if (findProgram(program, process.env['PATH']) !== undefined) return describe;
  process.stderr.write(`skipped: ${what}, since ${program} is not installed\n`);
  return describe.skip;
}
