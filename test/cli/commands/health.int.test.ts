import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { healthList } from '../../../src/cli/operations-answers.js';
import { well, type HealthResult } from '../../../src/domain/health/check.js';
import { recordHealthChecks } from '../../../src/store/health-checks.js';
import { startTestApi, type TestApi } from '../../support/api.js';
import { runCli, type Ran } from '../run-cli.js';

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
});

afterAll(() => api.stop());

// For viewers too.
const run = (...argv: string[]): Promise<Ran> =>
  runCli(['health', ...argv], { url: api.url, environment: { LONGPLAY_TOKEN: api.tokens.viewer } });

async function saw(...results: HealthResult[]): Promise<void> {
  await recordHealthChecks(api.parts.db, { kinds: ['indexer', 'queue'], results });
}

describe('longplay health', () => {
  it('says so where nothing was looked at, and where all is well', async () => {
    expect(await run()).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('Nothing was looked at'),
    });
    await saw(well('indexer', 'one', 'One answers'));
    const { status, stdout } = await run();
    expect(status).toBe(0);
    expect(stdout).toMatch(/✓ +indexer +one +\S+ +One answers/);
    expect(stdout).toContain('All is well.');
  });

  it('shows the worst first with its remedy, and ends with 1 where something is in error', async () => {
    const rests = { kind: 'indexer', subject: 'one', message: 'One rests', remedy: 'Wait' } as const;
    await saw({ ...rests, level: 'warning' });
    expect(await run()).toMatchObject({ status: 0, stdout: expect.stringContaining('1 need a look') });
    const alone = {
      kind: 'queue',
      subject: 'io',
      message: 'No worker serves io',
      remedy: 'Start one',
    } as const;
    await saw({ ...rests, level: 'warning' }, { ...alone, level: 'error' });
    const { status, stdout } = await run();
    expect(status).toBe(1);
    expect(stdout.indexOf('No worker serves io')).toBeLessThan(stdout.indexOf('One rests'));
    expect(stdout).toContain('✗ queue io: Start one');
    const told = await run('--json');
    expect(told.status).toBe(1);
    expect(healthList.parse(JSON.parse(told.stdout)).checks.map(({ level }) => level)).toEqual([
      'error',
      'warning',
    ]);
  });
});
