import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import { HEALTH_CHECKS, well, type HealthResult } from '../../../src/domain/health/check.js';
import { recordHealthChecks } from '../../../src/store/health-checks.js';
import { registerWorker } from '../../../src/store/workers.js';
import { startTestApi, type TestApi } from '../../support/api.js';
import { testTemporal } from '../../support/servers.js';
import { runCli } from '../run-cli.js';

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
});

afterAll(() => api.stop());

const WORKER = { id: 'core@here', host: 'here', processId: 1, role: 'core', queues: { workflows: 1 } };

beforeEach(async () => {
  // Without a core worker Longplay is not ready, which alone is an exit status of 1.
  await registerWorker(api.parts.db, WORKER);
});

const report = z.object({
  findings: z.array(
    z.object({ name: z.string(), state: z.string(), detail: z.string(), remedy: z.string().nullable() }),
  ),
});

async function examine(token: string): Promise<{ status: number; health: object[]; broken: string[] }> {
  const environment = { LONGPLAY_TOKEN: token, TEMPORAL_ADDRESS: testTemporal().address };
  const { status, stdout } = await runCli(['doctor', '--json'], { url: api.url, environment });
  const { findings } = report.parse(JSON.parse(stdout));
  return {
    status,
    health: findings.filter(({ name }) => name.startsWith('health')),
    broken: findings.filter(({ state }) => state === 'broken').map(({ name }) => name),
  };
}

async function saw(...results: HealthResult[]): Promise<void> {
  await recordHealthChecks(api.parts.db, { kinds: HEALTH_CHECKS, results });
}

const rests = {
  kind: 'indexer',
  subject: 'one',
  level: 'warning',
  message: 'One rests',
  remedy: 'Wait',
} as const;
const alone = {
  kind: 'queue',
  subject: 'io',
  level: 'error',
  message: 'No worker serves io',
  remedy: 'Start one',
} as const;

describe('longplay doctor, of the house', () => {
  it('tells that nothing was looked at, and how to look', async () => {
    expect((await examine(api.tokens.operator)).health).toEqual([
      expect.objectContaining({
        name: 'health',
        state: 'advice',
        remedy: 'Look now: longplay job create health_check',
      }),
    ]);
  });

  it('takes a warning for advice: the exit status stays 0', async () => {
    await saw(rests, well('queue', 'io', '1 workers serve io'));
    const { status, health, broken } = await examine(api.tokens.operator);
    expect(health).toMatchObject([
      { name: 'health', state: 'ok', detail: '1 of 2 checks were well at the last look' },
      {
        name: 'health: indexer one',
        state: 'advice',
        detail: expect.stringMatching(/^One rests, since 2/),
        remedy: 'Wait',
      },
    ]);
    expect({ status, broken }).toEqual({ status: 0, broken: [] });
  });

  it('takes an error for a failed check, with its remedy and exit status 1', async () => {
    await saw(rests, alone);
    const { status, health, broken } = await examine(api.tokens.operator);
    expect(health[1]).toMatchObject({ name: 'health: queue io', state: 'broken', remedy: 'Start one' });
    expect(health).toHaveLength(3);
    expect({ status, broken }).toEqual({ status: 1, broken: ['health: queue io'] });
  });

  it('tells when the last look is old, though the nightly comparison is not', async () => {
    await saw(well('queue', 'io', '1 workers serve io'), well('orphan_folder', '', 'None'));
    await api.parts.db.query(
      `update health_checks set looked_at = now() - interval '45 min' where kind = 'queue'`,
    );
    expect((await examine(api.tokens.operator)).health).toEqual([
      expect.objectContaining({
        state: 'advice',
        detail: expect.stringContaining('the last look was 45 min'),
      }),
    ]);
  });

  it('says that it could not be read where the token is none, and does not call the house ill', async () => {
    const { status, health } = await examine('lp_nobody');
    expect(health).toEqual([
      expect.objectContaining({ state: 'advice', remedy: expect.stringContaining('LONGPLAY_TOKEN') }),
    ]);
    expect(status).toBe(0);
  });

  it('says nothing of the house where the service is not up', async () => {
    const { stdout } = await runCli(['doctor', '--json'], { url: 'http://127.0.0.1:9' });
    const { findings } = report.parse(JSON.parse(stdout));
    expect(findings.filter(({ name }) => name.startsWith('health'))).toEqual([]);
    expect(findings.filter(({ name }) => name === 'Longplay')).toHaveLength(1);
  });
});
