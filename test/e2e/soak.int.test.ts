import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

const report = z.object({
  seed: z.number(),
  jobs: z.object({ asked: z.number().min(5), ended: z.record(z.string(), z.number()) }),
  kills: z.object({ total: z.number().min(2), byKind: z.record(z.string(), z.number()) }),
  settledMs: z.number(),
  attempts: z.record(z.string(), z.number()),
  takeoverMs: z.object({ count: z.number(), median: z.number().nullable(), most: z.number().nullable() }),
  repairs: z.array(z.string()),
  violations: z.array(z.unknown()).length(0),
  folder: z.null(),
});

const folder = mkdtempSync(path.join(tmpdir(), 'longplay-soak-test-'));

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** LONGPLAY_TEST_SEED=n repeats a run. */
const SEED = process.env['LONGPLAY_TEST_SEED'] ?? '7';

function soak(...args: string[]): { status: number | null; said: string } {
  const ran = spawnSync(process.execPath, ['scripts/soak.mjs', ...args], { encoding: 'utf8' });
  return { status: ran.status, said: `${ran.stdout}${ran.stderr}` };
}

describe('a short soak', () => {
  it('finds every invariant held after a few kills, and says so', () => {
    const json = path.join(folder, 'report.json');
    const { status, said } = soak(
      'kill',
      '--minutes',
      '0.25',
      '--kills',
      '4',
      '--seed',
      SEED,
      '--json',
      json,
    );
    if (status !== 0) throw new Error(said);
    expect(report.parse(JSON.parse(readFileSync(json, 'utf8'))).seed).toBe(Number(SEED));
    expect(said).toContain('every invariant held');
  }, 180_000);

  it('refuses what it does not understand', () => {
    expect(soak('kill', '--minutes', 'many')).toMatchObject({ status: 2 });
    expect(soak('tickle')).toMatchObject({ status: 2 });
  }, 60_000);
});
