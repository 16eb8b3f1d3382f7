import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from '@jest/globals';

interface Line {
  number: number;
  /** As the page names it: below test, without its ending. */
  test: string;
}

/** A row of one of the page's tables: its number first, its test last. */
const ROW = /^\| (?<number>\d+) +\|.*\| (?<test>[a-z0-9/-]+) +\|$/gmu;

function readLines(): Line[] {
  const page = readFileSync('docs/what-goes-wrong.md', 'utf8');
  return [...page.matchAll(ROW)].map(({ groups }) => ({
    number: Number(groups?.['number']),
    test: groups?.['test'] ?? '',
  }));
}

/** A number counts where it stands in a text of the code, as a title, and not where a comment names it. */
function saysItsNumber({ number, test }: Line): boolean {
  const folder = path.join('test', path.dirname(test));
  const names = readdirSync(folder).filter(
    (name) => name.replace(/(\.int)?(\.test)?\.ts$/u, '') === path.basename(test),
  );
  return names.some((name) =>
    readFileSync(path.join(folder, name), 'utf8')
      .split('\n')
      .some(
        (line) => !/^\s*(\/\/|\*|\/\*)/u.test(line) && new RegExp(`\\bno\\. ${number}\\b`, 'u').test(line),
      ),
  );
}

describe('docs/what-goes-wrong.md', () => {
  const lines = readLines();

  it('numbers its lines from 1 to 79', () => {
    expect(lines.map(({ number }) => number)).toEqual(Array.from({ length: 79 }, (_, index) => index + 1));
  });

  it('names for each line a test that says its number', () => {
    expect(lines.filter((line) => !saysItsNumber(line))).toEqual([]);
  });
});
