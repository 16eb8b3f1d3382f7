import type { ServerResponse } from 'node:http';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { openStream, problem, startContractServer, type ContractServer } from '../contract-server.js';
import { endedJob, exampleJob } from '../example-job.js';
import { catchStream, runCli } from '../run-cli.js';

let server: ContractServer;

beforeEach(async () => {
  server = await startContractServer();
});

afterEach(async () => {
  await server.close();
});

const ID = exampleJob().id;

/** A job whose stream tells it running, then ended. */
function serveJob(ended = endedJob()): void {
  server.on('GET /api/jobs/:id/events', (_request, response) => {
    const send = openStream(response);
    send({ id: '1', event: 'snapshot', data: { job: exampleJob() } });
    send({ id: '2', event: 'job', data: exampleJob({ progress: 0.34 }) });
    send({ id: '3', event: 'end', data: ended });
    response.end();
  });
}

describe('longplay job watch', () => {
  it('prints one line for each change in a pipe, and ends with 0 when the job completed', async () => {
    serveJob();
    const ran = await runCli(['job', 'watch', ID], { url: server.url });
    expect(ran).toEqual({
      status: 0,
      stdout: [
        'Count to 3 (demo) [running 33 %] runs count up on worker-1',
        'Count to 3 (demo) [completed 100 %] is done',
        'Count to 3 (demo) is done',
        '',
      ].join('\n'),
      stderr: '',
    });
  });

  it.each(['failed', 'cancelled'] as const)('ends with 1 when the job is %s', async (status) => {
    serveJob(endedJob({ status, sentence: `was ${status}` }));
    const ran = await runCli(['job', 'watch', ID], { url: server.url });
    expect(ran.status).toBe(1);
    expect(ran.stdout).toContain(`Count to 3 (demo) was ${status}`);
  });

  it('prints one JSON document a line for programs', async () => {
    serveJob();
    const { stdout } = await runCli(['job', 'watch', ID, '--json'], { url: server.url });
    const records = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(records).toEqual([
      { depth: 0, job: exampleJob() },
      { depth: 0, job: exampleJob({ progress: 0.34 }) },
      { depth: 0, job: endedJob() },
    ]);
  });

  it('follows the parts of a job as they appear', async () => {
    const part = { id: 'part-1', type: 'search_indexers', status: 'running' } as const;
    let parent: ServerResponse | undefined;
    server.on(`GET /api/jobs/${ID}/events`, (_request, response) => {
      parent = response;
      openStream(response)({ id: '1', event: 'snapshot', data: { job: exampleJob({ children: [part] }) } });
    });
    server.on('GET /api/jobs/part-1/events', (_request, response) => {
      const done = endedJob({ id: 'part-1', title: 'Search', sentence: 'is done' });
      openStream(response)({ id: '1', event: 'end', data: done });
      response.end();
    });
    const stdout = catchStream();
    const running = runCli(['job', 'watch', ID], { url: server.url, stdout });
    await stdout.until(/ {2}Search \[completed 100 %\]/);
    parent?.write(`id: 2\nevent: end\ndata: ${JSON.stringify(endedJob())}\n\n`);
    await expect(running).resolves.toMatchObject({ status: 0 });
  });

  it('says so and goes on when Longplay restarts', async () => {
    let connections = 0;
    server.on('GET /api/jobs/:id/events', ({ headers }, response) => {
      connections += 1;
      const send = openStream(response);
      if (connections === 1) send({ id: '7-x', event: 'snapshot', data: { job: exampleJob() } });
      else if (headers['last-event-id'] === '7-x') send({ id: '8-x', event: 'end', data: endedJob() });
    });
    const stdout = catchStream();
    const running = runCli(['job', 'watch', ID], { url: server.url, stdout });
    await stdout.until(/running/);
    server.cut();
    const ran = await running;
    expect(ran.status).toBe(0);
    expect(ran.stderr).toContain('connecting again');
    expect(ran.stderr).toContain('Connected again');
  });

  it('draws bars on a terminal and obeys no escape sequence in a title', async () => {
    const title = 'Evil \u001b]0;owned\u0007 title';
    server.on('GET /api/jobs/:id/events', (_request, response) => {
      const send = openStream(response);
      send({ id: '1', event: 'snapshot', data: { job: exampleJob({ title }) } });
      send({ id: '2', event: 'end', data: endedJob({ title }) });
    });
    const stdout = catchStream({ columns: 120, rows: 30 });
    const ran = await runCli(['job', 'watch', ID], { url: server.url, stdout });
    expect(ran.status).toBe(0);
    expect(ran.stdout).toMatch(/Evil .* title .*█+ 100 % is done/);
    expect(ran.stdout).not.toContain('\u001b]0;');
  });

  it('ends with 4 for a job that nobody knows', async () => {
    const detail = `There is no job "${ID}"`;
    server.answer('GET /api/jobs/:id/events', problem(404, { title: 'Not found', detail }), 404);
    const ran = await runCli(['job', 'watch', ID], { url: server.url });
    expect(ran.status).toBe(4);
    expect(ran.stderr).toContain(detail);
  });

  it('ends with 130 at Ctrl-C and leaves the job alone', async () => {
    server.on('GET /api/jobs/:id/events', (_request, response) => {
      openStream(response)({ id: '1', event: 'snapshot', data: { job: exampleJob() } });
    });
    const stdout = catchStream();
    const running = runCli(['job', 'watch', ID], { url: server.url, stdout });
    await stdout.until(/running/);
    process.emit('SIGINT');
    const ran = await running;
    expect(ran.status).toBe(130);
    expect(ran.stderr).toContain('goes on without being watched');
    expect(server.requests.every(({ method }) => method === 'GET')).toBe(true);
  });
});

describe('longplay job logs', () => {
  const line = (id: number, message: string, level = 'info'): unknown => ({
    id,
    time: '2026-01-02T03:04:05.000Z',
    level,
    context: 'countUp',
    message,
    metadata: id === 2 ? { left: 1 } : null,
    attemptId: null,
  });

  it('prints the lines with their metadata', async () => {
    server.answer('GET /api/jobs/:id/logs', { logs: [line(1, 'one'), line(2, 'two')], next: 2 });
    const { stdout } = await runCli(['job', 'logs', ID], { url: server.url });
    expect(stdout).toBe(
      '2026-01-02T03:04:05.000Z info  countUp: one\n2026-01-02T03:04:05.000Z info  countUp: two {"left":1}\n',
    );
  });

  it('asks page by page until one is not full', async () => {
    server.on('GET /api/jobs/:id/logs', ({ path }, response) => {
      const after = Number(new URL(path, server.url).searchParams.get('after'));
      const logs =
        after === 0 ? Array.from({ length: 1_000 }, (_, at) => line(at + 1, 'many')) : [line(1_001, 'last')];
      response.end(JSON.stringify({ logs, next: after }));
    });
    const { stdout } = await runCli(['job', 'logs', ID, '--json'], { url: server.url });
    expect(JSON.parse(stdout)).toMatchObject({ next: 1_001, logs: { length: 1_001 } });
  });

  it('follows: what is there and what comes, each line once, until the job ends', async () => {
    server.answer('GET /api/jobs/:id/logs', { logs: [line(1, 'one')], next: 1 });
    server.on('GET /api/jobs/:id/events', (_request, response) => {
      const send = openStream(response);
      for (const id of [1, 2]) send({ id: `0-${id}`, event: 'log', data: line(id, `line ${id}`) });
      send({ id: '0-3', event: 'log', data: line(3, 'a warning', 'warn') });
      send({ id: '1-3', event: 'end', data: endedJob() });
    });
    const ran = await runCli(['job', 'logs', ID, '-f', '--level', 'info'], { url: server.url });
    expect(ran.status).toBe(0);
    expect(ran.stdout.split('\n').map((text) => text.split(': ')[1])).toEqual([
      'one',
      'line 2 {"left":1}',
      undefined,
    ]);
    expect(server.requests.map(({ path }) => path)).toContain(`/api/jobs/${ID}/events?logs=1`);
  });
});
