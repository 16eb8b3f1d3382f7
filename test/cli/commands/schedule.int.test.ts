import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { schedule, triggered } from '../../../src/cli/schedule-answers.js';
import { startTestApi, type TestApi } from '../../support/api.js';
import { removeAllSchedules } from '../../support/schedules.js';
import { runCli, type Ran } from '../run-cli.js';

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
});

afterEach(() => removeAllSchedules(api.parts));

afterAll(() => api.stop());

const run = (...argv: string[]): Promise<Ran> =>
  runCli(['schedule', ...argv], { url: api.url, environment: { LONGPLAY_TOKEN: api.tokens.super_admin } });

async function good(...argv: string[]): Promise<string> {
  const { status, stdout, stderr } = await run(...argv);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

const PARAMS = ['--params', '{"count": 1, "label": "by the command line"}'];

describe('longplay schedule', () => {
  it('adds, lists, shows and edits: what is not given stays', async () => {
    expect(await good('list')).toContain('No schedules. See "longplay schedule add --help".');
    const added = await good(
      'add',
      'demo_steps',
      ...PARAMS,
      '--id',
      'steps',
      '--cron',
      '30 3 * * *',
      '--jitter',
      '5m',
    );
    expect(added).toMatch(/when +30 3 \* \* \* UTC/);
    expect(await good('list')).toMatch(
      /steps +demo_steps +30 3 \* \* \* UTC +\d{4}-\S+ +demo_steps by schedule/,
    );
    const edited = await good('edit', 'steps', '--every', '6h', '--priority', 'low', '--json');
    expect(schedule.parse(JSON.parse(edited))).toMatchObject({
      ...{ everyMs: 21_600_000, cron: null, priority: 9, jitterMs: 300_000, name: 'demo_steps by schedule' },
      ...{ params: { count: 1, label: 'by the command line' } },
    });
    const shown = await good('show', 'steps');
    expect(shown).toMatch(/when +every 6 h\nlate by +up to 5 min/);
    expect(
      schedule.parse(JSON.parse(await good('edit', 'steps', '--cron', '0 4 * * SUN', '--json'))),
    ).toMatchObject({
      ...{ cron: '0 4 * * SUN', everyMs: null, priority: 9 },
    });
  });

  it('triggers, tells of a skip, lists the firings', async () => {
    await good('add', 'demo_steps', ...PARAMS, '--id', 'steps', '--every', '1d', '--disabled');
    expect(await good('firings', 'steps')).toContain('It has not fired yet.');
    const { job } = triggered.parse(JSON.parse(await good('trigger', 'steps', '--json')));
    expect(await good('trigger', 'steps')).toContain(`Skipped: an equal job is open. ${job.id} `);
    const firings = (await good('firings', 'steps')).split('\n');
    expect(firings[1]).toContain(`skipped: ${job.id}`);
    expect(firings[2]).toMatch(new RegExp(`manual +super_admin +${job.id} \\(`));
    await api.send('POST', `/api/jobs/${job.id}/cancel`);
  });

  it('disables, enables and removes', async () => {
    await good('add', 'demo_steps', ...PARAMS, '--id', 'steps', '--every', '30s');
    expect(await good('disable', 'steps')).toMatch(/next +disabled/);
    expect(await good('enable', 'steps')).toMatch(/next +\d{4}-/);
    expect(await good('remove', 'steps')).toBe('Removed steps.\n');
    expect((await run('show', 'steps')).stderr).toContain('There is no schedule "steps"');
  });

  it.each([
    [['add', 'demo_steps', '--every', 'soon'], 2, 'Expected a time such as 30s, 15m, 6h or 1d'],
    [['add', 'demo_steps', '--params', '{count: 1}', '--every', '1h'], 2, 'Quote it for your shell'],
    [['add', 'demo_steps', ...PARAMS], 4, '/cron: Expected either cron or everyMs, got neither'],
    [['add', 'demo_steps', ...PARAMS, '--every', '5s'], 4, '/everyMs: expected whole seconds'],
    [['add', 'demo_steps', ...PARAMS, '--cron', '@daily'], 4, 'Expected five fields'],
    [
      ['add', 'demo_steps', ...PARAMS, '--cron', '0 0 * * *', '--timezone', 'here'],
      4,
      'IANA name of a time zone',
    ],
    [['add', 'nonsense', '--every', '1h'], 4, 'What to do: Known types: request'],
    [['edit', 'none', '--every', '1h'], 4, 'There is no schedule "none"'],
  ])('ends %j with %i and says %j', async (argv, status, words) => {
    const told = await run(...argv);
    expect({ status: told.status, stdout: told.stdout }).toEqual({ status, stdout: '' });
    expect(told.stderr).toContain(words);
  });
});
