import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import type { ActivityDeps } from '../../src/activities/deps.js';
import type { RequestState } from '../../src/domain/acquisition/request-state.js';
import { NOTICE_EVENTS } from '../../src/domain/notices/event.js';
import { addRequester, recordApproval } from '../../src/store/acquisition/request-decisions.js';
import { openRequest, recordRequestState } from '../../src/store/acquisition/requests.js';
import { saveLibrary } from '../../src/store/acquisition/libraries.js';
import { insertJob } from '../../src/store/jobs.js';
import { listNotices, type NoticeRow } from '../../src/store/notices/deliveries.js';
import { writeHealthNotice } from '../../src/store/notices/outbox.js';
import { deleteTarget, findTarget, saveTarget, type SavedTarget } from '../../src/store/notices/targets.js';
import type { LeaderLoop } from '../../src/workers/leader-loop.js';
import { startNoticeSender } from '../../src/workers/notice-sender.js';
import { createTestParts } from '../support/core.js';
import { eventually } from '../support/eventually.js';
import { startMailServer } from '../support/mail-server.js';
import { startWebhookServer, type NotifierServer } from '../support/notifier-contract-servers.js';
import { createTestDatabase, type TestDatabase } from '../support/servers.js';

const SECRET_PATH = 's3cret-path';
const SECRET_KEY = 's3cret-key';

let database: TestDatabase;
let folder: string;
let parts: ActivityDeps;
let server: NotifierServer;
let loops: LeaderLoop[];
let logged: string[];
let requests = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(path.join(tmpdir(), 'longplay-notices-'));
  const write = (fields: object, message: string): void => {
    const told = Object.values(fields).map((value) =>
      value instanceof Error ? String(value.stack) : JSON.stringify(value),
    );
    logged.push(`${message} ${told.join(' ')}`);
  };
  parts = { ...createTestParts(database.db, folder), log: { info: write, warn: write, error: write } };
  await saveLibrary(database.db, {
    ...{ id: 'books', name: 'Books', kind: 'folder', root: 'library:', pathTemplate: '{title}' },
    ...{ mediaTypes: ['audiobook'], enabled: true },
  });
});

beforeEach(async () => {
  logged = [];
  loops = [];
  server = await startWebhookServer();
});

afterEach(async () => {
  await Promise.all(loops.map((loop) => loop.stop()));
  for (const id of ['hook', 'other']) await deleteTarget(database.db, id);
  await server.close();
});

afterAll(async () => {
  await parts.temporal.close();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

function startSender(): LeaderLoop {
  const loop = startNoticeSender(parts);
  loops.push(loop);
  return loop;
}

async function addTarget(own: Partial<SavedTarget> & { address?: string } = {}): Promise<void> {
  const { address = `${server.origin}/${SECRET_PATH}`, ...rest } = own;
  await saveTarget(database.db, {
    ...{
      id: 'hook',
      name: rest.id ?? 'Hook',
      kind: 'webhook',
      place: server.origin,
      events: [...NOTICE_EVENTS],
    },
    ...{ requester: null, enabled: true, secret: parts.seal.seal(SECRET_KEY) },
    ...rest,
    url: parts.seal.seal(address),
  });
}

async function addRequest(createdBy = 'robin'): Promise<string> {
  requests += 1;
  const jobId = `request-${String(requests).padStart(8, '0')}`;
  await insertJob(database.db, {
    ...{ id: jobId, type: 'request', title: 'Emma', params: {}, priority: 5, createdBy },
    ...{ policy: { steps: {}, retry: { waitsMs: [] }, weights: {} } },
    ...{ subject: undefined, dedupeKey: null, parentId: undefined },
  });
  const item = { mediaType: 'audiobook', title: `Emma ${requests}`, author: 'Jane Austen' } as const;
  const id = `req-${String(requests).padStart(8, '0')}`;
  return openRequest(database.db, { id, jobId, item, libraryId: 'books' });
}

function become(requestId: string, state: RequestState, detail: string | null = null): Promise<void> {
  return recordRequestState(database.db, { requestId, state, actor: 'longplay', detail });
}

async function noticesOf(requestId: string): Promise<NoticeRow[]> {
  const { rows } = await listNotices(database.db, { limit: 200 });
  return rows.filter((row) => row.requestId === requestId).reverse();
}

async function untilState(requestId: string, state: string): Promise<NoticeRow> {
  await eventually(async () => (await noticesOf(requestId)).every((row) => row.state === state));
  const [row] = await noticesOf(requestId);
  if (row === undefined) throw new Error('Expected a notice');
  return row;
}

async function toldOfTargets(): Promise<string> {
  const { rows } = await database.db.query(
    `select row_to_json(n)::text || row_to_json(t)::text as text from notices n join notification_targets t on t.id = n.target_id`,
  );
  return JSON.stringify(rows);
}

/** As if its time had come. */
async function endRest(loop: LeaderLoop): Promise<void> {
  await database.db.query('update notification_targets set retry_at = now()');
  loop.nudge();
}

describe('the outbox', () => {
  it('has a row with the state it tells, and neither where the transaction fails', async () => {
    await addTarget();
    const requestId = await addRequest();
    await become(requestId, 'needs_decision', 'two folders');
    const failing = database.db.transaction(async (tx) => {
      await writeHealthNotice(tx, { subject: 'disk', title: 'Disk', detail: null });
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    const { rows } = await listNotices(database.db, { limit: 10 });
    expect(rows).toMatchObject([
      { requestId, event: 'needs_decision', state: 'waiting', detail: 'two folders' },
    ]);
  });

  it('tells each event of a request once, also when a step is repeated', async () => {
    await addTarget();
    const requestId = await addRequest();
    for (const state of [
      'awaiting_approval',
      'awaiting_approval',
      'pending',
      'downloading',
      'failed',
      'warn',
    ])
      await become(requestId, state as RequestState);
    await recordApproval(database.db, { requestId, by: 'kim' });
    await recordApproval(database.db, { requestId, by: 'kim' });
    const events = (await noticesOf(requestId)).map(({ event }) => event);
    expect(events).toEqual(['pending_approval', 'grabbed', 'error', 'approved']);
  });

  it('asks each target what it wants, and whose requests', async () => {
    await addTarget({ events: ['available'] });
    await addTarget({ id: 'other', requester: 'kim' });
    const [robins, kims, both] = [await addRequest(), await addRequest('kim'), await addRequest()];
    await addRequester(database.db, { jobId: `request-${both.slice(4)}`, name: 'kim' });
    for (const id of [robins, kims, both]) {
      await become(id, 'downloading');
      await become(id, 'available');
    }
    const told = async (id: string): Promise<string[]> =>
      (await noticesOf(id)).map(({ targetId, event }) => `${targetId} ${event}`).sort();
    expect(await told(robins)).toEqual(['hook available']);
    for (const id of [kims, both])
      expect(await told(id)).toEqual(['hook available', 'other available', 'other grabbed']);
  });

  it('tells health to those who get everything, each change once', async () => {
    await addTarget();
    await addTarget({ id: 'other', requester: 'kim' });
    for (const subject of ['disk 1', 'disk 1', 'disk 2'])
      await database.db.transaction((tx) =>
        writeHealthNotice(tx, { subject, title: 'Disk', detail: 'full' }),
      );
    const { rows } = await listNotices(database.db, { limit: 10 });
    expect(rows.map(({ targetId, subject }) => [targetId, subject])).toEqual([
      ['hook', 'disk 2'],
      ['hook', 'disk 1'],
    ]);
  });

  it('writes nothing for a target that is off', async () => {
    await addTarget({ enabled: false });
    const requestId = await addRequest();
    await become(requestId, 'available');
    expect(await noticesOf(requestId)).toEqual([]);
  });
});

describe('the sender', () => {
  it('tells at once, in order, and what was there before it began', async () => {
    await addTarget();
    const requestId = await addRequest();
    await become(requestId, 'awaiting_approval');
    startSender();
    await untilState(requestId, 'sent');
    await become(requestId, 'downloading');
    await become(requestId, 'available');
    await eventually(() => server.received.length === 3);
    const titles = server.received.map(({ body }) => String(body.title));
    expect(titles.map((title) => title.split(':')[0])).toEqual([
      'Approval wanted',
      'Downloading',
      'Available',
    ]);
    await untilState(requestId, 'sent');
    expect(await findTarget(database.db, 'hook')).toMatchObject({ failures: 0, lastError: null });
  });

  it('sends again with the same key after an answer that was lost', async () => {
    await addTarget();
    server.setFault({ kind: 'lost_answer' });
    const loop = startSender();
    const requestId = await addRequest();
    await become(requestId, 'available');
    await eventually(async () => ((await noticesOf(requestId))[0]?.tries ?? 0) > 0);
    server.setFault(undefined);
    await endRest(loop);
    await untilState(requestId, 'sent');
    const keys = server.received.map(({ body }) => body.id);
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
  });

  it('rests as long as it is asked to, and says why; the settings saved anew end the rest', async () => {
    await addTarget();
    server.setFault({ kind: 'status', status: 429, retryAfter: '3600' });
    startSender();
    const requestId = await addRequest();
    await become(requestId, 'available');
    await eventually(async () => (await findTarget(database.db, 'hook'))?.failures === 1);
    const rested = await findTarget(database.db, 'hook');
    expect(rested?.lastError).toContain('asks for a pause');
    expect((rested?.retryAt?.getTime() ?? 0) - Date.now()).toBeGreaterThan(3_500_000);
    server.setFault(undefined);
    await addTarget();
    expect(await untilState(requestId, 'sent')).toMatchObject({ tries: 2, lastError: null });
  });

  it('lets no target wait for another one', async () => {
    await addTarget({ address: 'http://127.0.0.1:1/nobody' });
    await addTarget({ id: 'other' });
    startSender();
    const requestId = await addRequest();
    await become(requestId, 'available');
    await eventually(async () => {
      const rows = await noticesOf(requestId);
      return rows.some(({ targetId, state }) => targetId === 'other' && state === 'sent');
    });
    await eventually(async () => (await findTarget(database.db, 'hook'))?.failures === 1);
    const waiting = (await noticesOf(requestId)).find(({ targetId }) => targetId === 'hook');
    expect(waiting).toMatchObject({ state: 'waiting', tries: 1 });
    expect(waiting?.lastError).toContain('cannot be reached');
  });

  it('gives up after three days, with the reason', async () => {
    await addTarget();
    server.setFault({ kind: 'status', status: 503 });
    const requestId = await addRequest();
    await become(requestId, 'available');
    await database.db.query(`update notices set created_at = now() - interval '3 days'`);
    startSender();
    const row = await untilState(requestId, 'given_up');
    expect(row).toMatchObject({ tries: 1, endedAt: expect.any(Date) });
    expect(row.lastError).toContain('HTTP 503');
  });

  it('gives up what waits for three days for a target that was switched off', async () => {
    await addTarget();
    const requestId = await addRequest();
    await become(requestId, 'available');
    await addTarget({ enabled: false });
    await database.db.query(`update notices set created_at = now() - interval '73 hours'`);
    startSender();
    expect(await untilState(requestId, 'given_up')).toMatchObject({ lastError: 'its target is disabled' });
    expect(server.received).toEqual([]);
  });

  it('gives a refused message up after five tries, and sends the next', async () => {
    await addTarget();
    server.setFault({ kind: 'status', status: 413 });
    const requestId = await addRequest();
    await become(requestId, 'available');
    await database.db.query('update notices set tries = 4');
    const loop = startSender();
    expect((await untilState(requestId, 'given_up')).lastError).toContain('refuses the message');
    server.setFault(undefined);
    const next = await addRequest();
    await become(next, 'available');
    await endRest(loop);
    await untilState(next, 'sent');
  });

  it('tells of a recipient who is refused, and sends it to the others once', async () => {
    const mail = await startMailServer();
    mail.setFault({ kind: 'reply', at: 'recipient', code: 550, recipient: 'lee@example.org' });
    const address = `mailto://127.0.0.1:${mail.port}/?to=kim@example.org,lee@example.org`;
    await addTarget({ kind: 'mail', address });
    startSender();
    const requestId = await addRequest();
    await become(requestId, 'available');
    const lastError = expect.stringContaining('refuses of 2 recipients: 2 (SMTP 550)');
    expect(await untilState(requestId, 'sent')).toMatchObject({ tries: 1, lastError });
    expect(await findTarget(database.db, 'hook')).toMatchObject({ failures: 0, retryAt: null, lastError });
    expect(mail.received.map(({ recipients }) => recipients)).toEqual([['kim@example.org']]);
    await mail.close();
  });

  it('goes on when Postgres was away, and tells what was written meanwhile', async () => {
    await addTarget();
    startSender();
    const first = await addRequest();
    await become(first, 'available');
    await untilState(first, 'sent');
    await database.db.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    );
    const second = await addRequest();
    await become(second, 'available');
    await untilState(second, 'sent');
    expect(server.received).toHaveLength(2);
  });

  it('is one over all processes: two of them send each notice once', async () => {
    await addTarget();
    startSender();
    startSender();
    const ids = [await addRequest(), await addRequest(), await addRequest()];
    for (const id of ids) await become(id, 'available');
    for (const id of ids) await untilState(id, 'sent');
    expect(server.received).toHaveLength(3);
  });

  it('keeps the password and the people of a mail address out of rows, logs and errors (no. 65)', async () => {
    const mail = await startMailServer({ login: { user: 'robin', password: 'another' } });
    const address = `mailto://robin:${SECRET_PATH}@127.0.0.1:${mail.port}/?to=kim@example.org`;
    await addTarget({ kind: 'mail', address, secret: null });
    startSender();
    const requestId = await addRequest();
    await become(requestId, 'available');
    await eventually(async () => ((await noticesOf(requestId))[0]?.tries ?? 0) > 0);
    const told = (await toldOfTargets()) + logged.join('\n');
    expect(told).toContain('refuses the login (SMTP 535)');
    for (const secret of [SECRET_PATH, 'robin:', 'kim@']) expect(told).not.toContain(secret);
    await mail.close();
  });

  it('no. 65 keeps address and key out of rows, logs and errors', async () => {
    await addTarget();
    server.setFault({ kind: 'status', status: 500 });
    startSender();
    const requestId = await addRequest();
    await become(requestId, 'available');
    await eventually(async () => ((await noticesOf(requestId))[0]?.tries ?? 0) > 0);
    const told = (await toldOfTargets()) + logged.join('\n');
    expect(told).toContain('HTTP 500');
    expect(told).not.toContain(SECRET_PATH);
    expect(told).not.toContain(SECRET_KEY);
  });
});
