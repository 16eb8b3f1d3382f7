import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from '@jest/globals';

interface Line {
  number: number;
  /** As the page names it: below test, without its ending. */
  test: string;
}

/** A row of one of a page's tables: its number first, its test last. */
const ROW = /^\| (?<number>\d+) +\|.*\| (?<test>[a-z0-9/-]+) +\|$/gmu;
/** Of what has no test yet, and says so: `- 32, 33: …`. */
const TO_COME = /^- (?<numbers>\d+(?:, \d+)*): /gmu;

function readLines(page: string): Line[] {
  return [...page.matchAll(ROW)].map(({ groups }) => ({
    number: Number(groups?.['number']),
    test: groups?.['test'] ?? '',
  }));
}

const numbersOf = (list: string): number[] => list.split(', ').map(Number);

/** A number counts where it stands in a text of the code, as a title, and not where a comment names it. */
function saysItsNumber({ number, test }: Line): boolean {
  const folder = path.join('test', path.dirname(test));
  const names = readdirSync(folder).filter(
    (name) => name.replace(/(\.int)?(\.test)?\.ts$/u, '') === path.basename(test),
  );
  return names.some((name) =>
    readFileSync(path.join(folder, name), 'utf8')
      .split('\n')
      .filter((line) => !/^\s*(\/\/|\*|\/\*)/u.test(line))
      .some((line) =>
        [...line.matchAll(/\bno\. (\d+(?:, \d+)*)/gu)].some(([, list = '']) =>
          numbersOf(list).includes(number),
        ),
      ),
  );
}

describe.each([
  ['docs/what-goes-wrong.md', 79],
  ['docs/what-goes-wrong-media.md', 50],
])('%s', (file, last) => {
  const page = readFileSync(file, 'utf8');
  const lines = readLines(page);
  const toCome = [...page.matchAll(TO_COME)].flatMap(({ groups }) => numbersOf(groups?.['numbers'] ?? ''));

  it(`has each number from 1 to ${last} once`, () => {
    const numbers = [...lines.map(({ number }) => number), ...toCome].sort((one, other) => one - other);
    expect(numbers).toEqual(Array.from({ length: last }, (_, index) => index + 1));
  });

  it('names for each line a test that says its number', () => {
    expect(lines.filter((line) => !saysItsNumber(line))).toEqual([]);
  });
});
