import { existsSync } from 'node:fs';
import path from 'node:path';

import { describe } from '@jest/globals';

import { findProgram } from '../../src/embedded/programs.js';

/** `describe` where the program is installed; else its tests are skipped, loudly. */
export function describeWith(program: string, what: string): typeof describe.skip {
  if (findProgram(program, process.env['PATH']) !== undefined) return describe;
  process.stderr.write(`skipped: ${what}, since ${program} is not installed\n`);
  return describe.skip;
}

/** Every FFmpeg that must work: the system's, and the newest, which set-up fetches where there is a build of it. */
export function ffmpegs(): [name: string, program: string][] {
  const newest = path.resolve('.cache/bin/ffmpeg-9');
  if (existsSync(newest))
    return [
      ['of the system', 'ffmpeg'],
      ['9', newest],
    ];
  process.stderr.write('skipped: FFmpeg 9 is not tested, since there is no build of it for this machine\n');
  return [['of the system', 'ffmpeg']];
}
