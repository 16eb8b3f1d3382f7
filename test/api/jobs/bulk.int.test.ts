import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import { bulkAnswer } from '../../../src/api/schemas/bulk.js';
import { claimRound, recordOutcome } from '../../../src/store/runs.js';
import { openAttempt } from '../../../src/store/steps.js';
import { recordPaused, recordWait } from '../../../src/store/waits.js';
import { registerWorker } from '../../../src/store/workers.js';
import { createTemporalGateway } from '../../../src/temporal/gateway.js';
import { catchStream, runCli, type Ran } from '../../cli/run-cli.js';
import { startTestApi, type TestApi } from '../../support/api.js';
import { createSend, type Answer } from '../../support/send.js';
import { storeJob } from '../../support/stored-job.js';

let api: TestApi;

// No worker runs: what is asked for stands as rows, and becomes true nowhere.
beforeAll(async () => {
  api = await startTestApi();
});

beforeEach(() => api.parts.db.query('delete from jobs'));

afterAll(() => api.stop());

type BulkAnswer = z.output<typeof bulkAnswer>;

function ask(body: unknown): Promise<Answer> {
  return api.send('POST', '/api/jobs/bulk', { body, token: api.tokens.operator });
}

async function bulk(body: object): Promise<BulkAnswer> {
  const { status, body: answer } = await ask(body);
  expect({ status, answer }).toMatchObject({ status: 202 });
  return bulkAnswer.parse(answer);
}

async function storeQueued(label: string): Promise<string> {
  const { id } = await storeJob(api.parts.db, { label });
  await claimRound(api.parts.db, { jobId: id, round: 1, runId: 'run', chain: 'run' });
  return id;
}

async function storeEnded(label: string, status: 'completed' | 'failed' | 'cancelled'): Promise<string> {
  const id = await storeQueued(label);
  await recordOutcome(api.parts.db, { jobId: id, round: 1, runId: null, status, result: null, error: null });
  return id;
}

async function storePaused(label: string): Promise<string> {
  const id = await storeQueued(label);
  await recordPaused(api.parts.db, { jobId: id, round: 1, by: 'test' });
  return id;
}

/** `kind job by`, in the order in which they were made. */
async function wishes(): Promise<string[]> {
  const { rows } = await api.parts.db.query<{ told: string }>(
    `select kind || ' ' || job_id || ' by ' || made_by as told from job_wishes order by id`,
  );
  return rows.map(({ told }) => told);
}

describe('POST /api/jobs/bulk', () => {
  it('takes the jobs of the filter that the action fits, and says why it refuses the others', async () => {
    const [queued, ended, paused] = [
      await storeQueued('a walk'),
      await storeEnded('a walk ended', 'failed'),
      await storePaused('a walk paused'),
    ];
    await storeQueued('something else');
    const answer = await bulk({ action: 'pause', filter: { search: 'walk', type: 'demo_steps' } });
    expect(answer).toMatchObject({ matched: 3, taken: 1, more: false, examples: [{ id: queued }] });
    expect(answer.refused).toEqual([
      { id: ended, reason: 'is failed; only an open job can be paused' },
      { id: paused, reason: 'is paused already' },
    ]);
    expect(await wishes()).toEqual([`pause ${queued} by operator`]);
    const { body: shown } = await api.send('GET', `/api/jobs/${queued}`);
    expect(shown).toMatchObject({ requested: 'pause' });
  });

  it('leaves one audit row that says what was asked and what it came to', async () => {
    await storeQueued('one');
    await bulk({ action: 'cancel', filter: { status: 'queued,pending' } });
    const { body } = await api.send('GET', '/api/audit?limit=1');
    expect(body).toMatchObject({
      audit: [
        {
          actor: 'operator',
          action: 'bulkJobs',
          detail: { asked: { action: 'cancel' }, matched: 1, taken: 1, refused: 0, more: false },
        },
      ],
    });
  });

  it('answers a repeat as the first time, and wishes nothing twice', async () => {
    const ids = [await storeQueued('one'), await storeQueued('two')];
    const wish = { action: 'cancel', filter: { ids } };
    const first = await bulk(wish);
    expect([first.taken, (await bulk(wish)).taken]).toEqual([2, 2]);
    expect(await wishes()).toEqual(ids.map((id) => `cancel ${id} by operator`));
  });

  it('wishes once for equal calls at the same time, and answers each with all jobs', async () => {
    const ids = [await storeQueued('one'), await storeQueued('two'), await storeQueued('three')];
    const calls = Array.from({ length: 12 }, () => bulk({ action: 'pause', filter: { ids } }));
    for (const answer of await Promise.all(calls)) expect(answer).toMatchObject({ matched: 3, taken: 3 });
    expect(await wishes()).toHaveLength(3);
  });

  it('says of a dry run what it would take, and changes nothing', async () => {
    const id = await storeQueued('one');
    const { rows: before } = await api.parts.db.query('select version from jobs');
    const answer = await bulk({ action: 'cancel', filter: { status: ['queued'] }, dryRun: true });
    expect(answer).toMatchObject({ matched: 1, taken: 1, refused: [], examples: [{ id, status: 'queued' }] });
    expect(await wishes()).toEqual([]);
    expect((await api.parts.db.query('select version from jobs')).rows).toEqual(before);
  });

  it('takes the oldest first, and with each call those that are left, until nothing more is to do', async () => {
    const ids: string[] = [];
    for (const label of ['one', 'two', 'three', 'four', 'five']) ids.push(await storeQueued(label));
    const wish = { action: 'pause', filter: { type: 'demo_steps' }, limit: 2 };
    const calls = [await bulk(wish), await bulk(wish), await bulk(wish), await bulk(wish)];
    expect(calls.map(({ more }) => more)).toEqual([true, true, false, false]);
    expect(await wishes()).toEqual(ids.map((id) => `pause ${id} by operator`));
  });

  it('reaches every open job with all, and none but those', async () => {
    const open = [await storeQueued('one'), await storePaused('two')];
    await storeEnded('three', 'completed');
    expect(await bulk({ action: 'cancel', all: true })).toMatchObject({ matched: 3, taken: 2 });
    expect(await wishes()).toEqual(open.map((id) => `cancel ${id} by operator`));
  });

  it('says of an id that it is no job', async () => {
    const id = await storeQueued('one');
    const answer = await bulk({ action: 'cancel', filter: { ids: [id, 'none-00000000'] } });
    expect(answer).toMatchObject({ matched: 2, taken: 1 });
    expect(answer.refused).toEqual([{ id: 'none-00000000', reason: 'is no job' }]);
  });

  it('begins a new round of what has ended, unless an equal job is open', async () => {
    const [failed, twice] = [await storeEnded('again', 'failed'), await storeEnded('equal', 'failed')];
    const open = await storeQueued('equal');
    const answer = await bulk({ action: 'retry', filter: { type: 'demo_steps' } });
    expect(answer).toMatchObject({ taken: 1, examples: [{ id: failed }] });
    expect(answer.refused).toEqual([
      { id: twice, reason: `cannot be retried while an equal job is open: ${open}` },
      { id: open, reason: 'is queued; only an ended job can be retried' },
    ]);
    const { body } = await api.send('GET', `/api/jobs/${failed}`);
    expect(body).toMatchObject({ round: 2, status: 'queued' });
    await api.parts.temporal.cancel(failed);
  });

  it('moves jobs within the queues, and ends waiting times', async () => {
    const [first, second] = [await storeQueued('first'), await storeQueued('second')];
    const moved = await bulk({ action: 'setPriority', priority: 'high', filter: { ids: [first, second] } });
    expect(moved.taken).toBe(2);
    const { body } = await api.send('GET', `/api/jobs/${second}`);
    expect(body).toMatchObject({ priority: 2 });
    await recordWait(api.parts.db, {
      ...{ jobId: first, round: 1, reason: 'next_search', detail: 'x', waitMs: 60_000 },
    });
    const ended = await bulk({ action: 'retryNow', filter: { ids: [first, second] } });
    expect(ended.refused).toEqual([{ id: second, reason: 'has no waiting time that could be ended' }]);
  });

  it('keeps what was asked while Temporal is away, and does not wait for it', async () => {
    const temporal = createTemporalGateway({ address: '127.0.0.1:5', namespace: 'none' });
    const away = await api.startAnother({ temporal });
    const send = createSend(
      () => away.url,
      () => api.tokens.operator,
    );
    for (let number = 0; number < 30; number += 1) await storeQueued(`no. ${number}`);
    const ended = await storeEnded('ended', 'failed');
    const begun = performance.now();
    const body = { action: 'pause', filter: { status: 'queued' } };
    const paused = await send('POST', '/api/jobs/bulk', { body });
    const retried = await send('POST', '/api/jobs/bulk', {
      body: { action: 'retry', filter: { ids: [ended] } },
    });
    expect(performance.now() - begun).toBeLessThan(5_000);
    expect(paused).toMatchObject({ status: 202, body: { taken: 30 } });
    expect(retried).toMatchObject({ status: 202, body: { taken: 1 } });
    expect(await wishes()).toHaveLength(30);
    await temporal.close();
  });

  it.each([
    [{ action: 'cancel' }, '/filter'],
    [{ action: 'cancel', filter: {} }, '/filter'],
    [{ action: 'cancel', filter: { search: '', status: [], type: '', ids: [] } }, '/filter'],
    [{ action: 'cancel', all: false }, '/filter'],
    [{ action: 'cancel', all: true, filter: { type: 'request' } }, '/all'],
    [{ action: 'cancel', filter: { type: 'nonsense' } }, '/filter/type'],
    [{ action: 'cancel', filter: { status: 'sleeping' } }, '/filter/status/0'],
    [{ action: 'cancel', filter: { colour: 'red' } }, '/filter/colour'],
    [{ action: 'cancel', filter: { ids: Array.from({ length: 1_001 }, String) } }, '/filter/ids'],
    [{ action: 'cancel', filter: { createdBefore: 'yesterday' } }, '/filter/createdBefore'],
    [{ action: 'explode', filter: { type: 'request' } }, '/action'],
    [{ action: 'setPriority', filter: { type: 'request' } }, '/priority'],
    [{ action: 'setPriority', priority: 11, filter: { type: 'request' } }, '/priority'],
    [{ action: 'pause', priority: 2, filter: { type: 'request' } }, '/priority'],
    [{ action: 'pause', limit: 0, filter: { type: 'request' } }, '/limit'],
    [{ action: 'pause', limit: 1_001, filter: { type: 'request' } }, '/limit'],
    [{ filter: { type: 'request' } }, '/action'],
  ])('refuses %j, names %s and changes nothing', async (body, pointer) => {
    await storeQueued('one');
    const answer = await ask(body);
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
    expect(await wishes()).toEqual([]);
  });

  it('says how to mean every job when the filter is empty', async () => {
    const { body } = await ask({ action: 'cancel', filter: {} });
    expect(body).toMatchObject({ remedy: 'Name the jobs in "filter", or say "all": true' });
  });

  it.each([{ ids: ['a\0b'] }, { search: 'a\0b' }])('refuses a NUL in %j', async (filter) => {
    expect(await ask({ action: 'pause', filter })).toMatchObject({ status: 400 });
  });
});

describe('POST /api/jobs/cancel-running', () => {
  const cancelRunning = (body: object): Promise<Answer> =>
    api.send('POST', '/api/jobs/cancel-running', { body });

  it('cancels what runs, of one type or of all, and leaves what only waits', async () => {
    const running = await storeQueued('running');
    await storeQueued('waiting');
    await openAttemptOf(running);
    expect(await cancelRunning({ type: 'request' })).toMatchObject({ status: 202, body: { matched: 0 } });
    expect(await cancelRunning({ dryRun: true })).toMatchObject({ status: 202, body: { taken: 1 } });
    expect(await wishes()).toEqual([]);
    expect(await cancelRunning({ type: 'demo_steps' })).toMatchObject({ status: 202, body: { taken: 1 } });
    expect(await wishes()).toEqual([`cancel ${running} by super_admin`]);
  });

  it.each([
    [{ type: 'nonsense' }, '/type'],
    [{ colour: 'red' }, '/colour'],
    [{ dryRun: 'yes' }, '/dryRun'],
  ])('refuses %j and names %s', async (body, pointer) => {
    expect(await cancelRunning(body)).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
  });
});

describe('longplay job bulk', () => {
  const run = (argv: string[], options: Partial<Parameters<typeof runCli>[1]> = {}): Promise<Ran> =>
    runCli(['job', ...argv], {
      ...{ url: api.url, environment: { LONGPLAY_TOKEN: api.tokens.operator } },
      ...options,
    });

  it('does it with --yes, call after call until no more match', async () => {
    const ids = [await storeQueued('one'), await storeQueued('two')];
    const { status, stdout } = await run(['bulk', 'cancel', '--status', 'queued', '--search', 'o', '--yes']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^cancel: 2 taken, 0 refused\nID +STATUS +TITLE\n/);
    for (const id of ids) expect(stdout).toContain(id);
    expect(await wishes()).toHaveLength(2);
  });

  it('shows what matches and asks on a terminal; only a yes does it', async () => {
    const id = await storeQueued('one');
    const argv = ['bulk', 'pause', '--ids', id];
    for (const stdin of ['n\n', '\n', '']) {
      const { status, stdout, stderr } = await run(argv, { isTerminal: true, stdin });
      expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
      expect(stderr).toContain(id);
      expect(stderr).toContain('pause: is it right for 1 jobs? [y/N]');
      expect(stderr).toContain('Nothing was changed.');
    }
    expect(await wishes()).toEqual([]);
    const done = await run(argv, { isTerminal: true, stdin: 'y\n' });
    expect(done.stdout).toContain('pause: 1 taken');
    expect(await wishes()).toEqual([`pause ${id} by operator`]);
  });

  it('refuses without --yes where nobody can be asked', async () => {
    await storeQueued('one');
    const stderr = catchStream();
    const { status } = await run(['cancel-running'], { stderr });
    expect(status).toBe(0);
    const refused = await run(['bulk', 'cancel', '--all']);
    expect({ status: refused.status, stdout: refused.stdout }).toEqual({ status: 2, stdout: '' });
    expect(refused.stderr).toContain('Expected --yes, or a terminal on which to ask');
    expect(await wishes()).toEqual([]);
  });

  it('shows with --dry-run what would be taken, and why the others would not', async () => {
    const ended = await storeEnded('ended', 'completed');
    const { status, stdout } = await run(['bulk', 'pause', '--all', '--dry-run']);
    expect(status).toBe(0);
    expect(stdout).toBe(
      `pause: 0 taken, 1 refused\nrefused: ${ended} is completed; only an open job can be paused\n`,
    );
  });

  it('needs a filter as the API does', async () => {
    const { status, stderr } = await run(['bulk', 'cancel', '--yes']);
    expect(status).toBe(4);
    expect(stderr).toContain('say "all": true');
  });

  it('sets priorities, and prints the answer with --json', async () => {
    const id = await storeQueued('one');
    const { stdout } = await run(['bulk', 'priority', '--priority', 'low', '--ids', id, '--yes', '--json']);
    expect(bulkAnswer.parse(JSON.parse(stdout))).toMatchObject({ taken: 1, refused: [] });
    const { body } = await api.send('GET', `/api/jobs/${id}`);
    expect(body).toMatchObject({ priority: 9 });
  });
});

/** What makes a job running: an open attempt of its claimed round, by a worker. */
async function openAttemptOf(jobId: string): Promise<void> {
  const { db, workerId } = api.parts;
  await registerWorker(db, { id: workerId, host: 'here', processId: 1, role: 'cpu', queues: { cpu: 1 } });
  await claimRound(db, { jobId, round: 1, runId: 'run', chain: 'run' });
  const key = { jobId, round: 1, name: 'countUp', occurrence: 1, inputHash: 'x', queue: 'cpu' };
  await openAttempt(db, key, { attemptId: randomUUID(), workerId, runId: 'run', activityId: '1' });
}
