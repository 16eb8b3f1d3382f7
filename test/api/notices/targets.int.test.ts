import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import { DEFAULT_EVENTS } from '../../../src/domain/notices/event.js';
import { writeHealthNotice } from '../../../src/store/notices/outbox.js';
import { runCli, type Ran } from '../../cli/run-cli.js';
import { startTestApi, type TestApi } from '../../support/api.js';
import { startMailServer } from '../../support/mail-server.js';
import {
  startNtfyContractServer,
  startWebhookServer,
  type NotifierServer,
} from '../../support/notifier-contract-servers.js';

const TOKEN = 'tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2';
const TOPIC = 'a-secret-topic';
const PATH = '/api/notification-targets';
let api: TestApi;
let ntfy: NotifierServer;

beforeAll(async () => {
  api = await startTestApi();
  ntfy = await startNtfyContractServer({ token: TOKEN });
});

afterEach(async () => {
  ntfy.setFault(undefined);
  ntfy.received.length = 0;
  await api.parts.db.query('delete from notification_targets');
});

afterAll(async () => {
  await ntfy.close();
  await api.stop();
});

function settings(own: object = {}): Record<string, unknown> {
  return { name: 'Phone', kind: 'ntfy', url: `${ntfy.origin}/${TOPIC}`, secret: TOKEN, ...own };
}

function cli(...argv: string[]): Promise<Ran> {
  return runCli(argv, { url: api.url, environment: { LONGPLAY_TOKEN: api.tokens.super_admin } });
}

describe('targets of notices', () => {
  it('are added, shown without their secrets, replaced and removed', async () => {
    const made = await api.send('POST', PATH, { body: settings() });
    expect(made).toMatchObject({
      status: 201,
      body: { id: 'phone', kind: 'ntfy', place: `${ntfy.origin}/…`, hasSecret: true, events: DEFAULT_EVENTS },
    });
    const put = await api.send('PUT', `${PATH}/phone`, { body: { name: 'My phone', events: ['error'] } });
    expect(put).toMatchObject({ status: 200, body: { name: 'My phone', kind: 'ntfy', events: ['error'] } });
    // Address and token were kept.
    expect(await api.send('POST', `${PATH}/phone/test`)).toMatchObject({ status: 200, body: { ok: true } });
    const shown = await Promise.all([
      api.send('GET', PATH),
      api.send('GET', `${PATH}/phone`),
      api.send('GET', '/api/audit'),
    ]);
    const text = JSON.stringify([made.body, put.body, ...shown.map(({ body }) => body)]) + api.logged();
    expect(text).not.toContain(TOPIC);
    expect(text).not.toContain(TOKEN);
    expect(await api.send('DELETE', `${PATH}/phone`)).toMatchObject({ status: 204 });
    expect(await api.send('GET', `${PATH}/phone`)).toMatchObject({ status: 404 });
  });

  it('have names of their own', async () => {
    await api.send('POST', PATH, { body: settings() });
    expect(await api.send('POST', PATH, { body: settings() })).toMatchObject({
      status: 409,
      body: { errors: [{ pointer: '/name' }] },
    });
  });

  it.each([
    [{ url: `tgram://${TOPIC}` }, '/url', /apprise/],
    [{ kind: undefined }, '/url', /a kind beside/],
    [{ kind: 'webhook', url: `ntfy://host/${TOPIC}` }, '/url', /address of webhook/],
    [{ kind: 'apprise', url: 'http://nas:8000/notify/key' }, '/secret', /no secret/],
    [{ kind: undefined, url: `mailtos://nas/?to=${TOPIC}` }, '/url', /mail addresses to write to/],
    [{ kind: undefined, url: `mailtos://nas/?to=${TOPIC}@x.org` }, '/secret', /a user in the address/],
    [{ events: [] }, '/events', /./],
    [{ events: ['nonsense'] }, '/events/0', /./],
  ])('are refused with %j', async (own, pointer, detail) => {
    const answer = await api.send('POST', PATH, { body: settings(own) });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
    expect(JSON.stringify(answer.body)).toMatch(detail);
    expect(JSON.stringify(answer.body)).not.toContain(TOPIC);
  });

  it('are tested by a real message, and the answer says what came back', async () => {
    const tried = await api.send('POST', `${PATH}/test`, { body: settings() });
    expect(tried).toMatchObject({
      status: 200,
      body: { ok: true, detail: expect.stringContaining('published') },
    });
    expect(ntfy.received).toMatchObject([{ body: { topic: TOPIC, title: 'A test by Longplay' } }]);
    const wrong = await api.send('POST', `${PATH}/test`, { body: settings({ secret: 'tk_wrong' }) });
    expect(wrong).toMatchObject({ body: { ok: false, detail: expect.stringContaining('HTTP 401') } });
    expect(JSON.stringify(wrong.body)).not.toMatch(/tk_wrong|a-secret-topic/);
    ntfy.setFault({ kind: 'status', status: 429, retryAfter: '5' });
    expect(await api.send('POST', `${PATH}/test`, { body: settings() })).toMatchObject({
      body: { ok: false, detail: expect.stringContaining('asks for a pause') },
    });
  });

  it('by mail show the server alone, and fail the test of a recipient who is refused', async () => {
    const mail = await startMailServer({ login: { user: 'robin', password: TOKEN } });
    const url = `mailto://robin@127.0.0.1:${mail.port}/?to=kim@example.org,${TOPIC}@example.org`;
    const body = { name: 'Mail', url, secret: TOKEN };
    const made = await api.send('POST', PATH, { body });
    expect(made).toMatchObject({
      status: 201,
      body: { id: 'mail', kind: 'mail', place: `mailto://127.0.0.1:${mail.port}/…`, hasSecret: true },
    });
    const tried = await api.send('POST', `${PATH}/mail/test`);
    expect(tried).toMatchObject({ body: { ok: true, detail: expect.stringContaining('has taken it') } });
    expect(mail.received).toMatchObject([{ headers: { subject: 'A test by Longplay' } }]);
    const recipient = `${TOPIC}@example.org`;
    mail.setFault({ kind: 'reply', at: 'recipient', code: 550, words: recipient, recipient });
    const refused = await api.send('POST', `${PATH}/test`, { body });
    expect(refused).toMatchObject({
      body: { ok: false, detail: expect.stringContaining('refuses of 2 recipients: 2 (SMTP 550)') },
    });
    const text = JSON.stringify([made.body, tried.body, refused.body]) + api.logged();
    for (const secret of [TOPIC, TOKEN, 'kim@']) expect(text).not.toContain(secret);
    await mail.close();
  });

  it('are read by all, tested by operators and changed by a super_admin', async () => {
    await api.send('POST', PATH, { body: settings() });
    const as = (role: 'viewer' | 'operator') => ({ token: api.tokens[role] });
    const body = settings({ name: 'Other' });
    expect((await api.send('GET', PATH, as('viewer'))).status).toBe(200);
    expect((await api.send('GET', '/api/notices', as('viewer'))).status).toBe(200);
    expect((await api.send('POST', `${PATH}/phone/test`, as('viewer'))).status).toBe(403);
    expect((await api.send('POST', `${PATH}/phone/test`, as('operator'))).status).toBe(200);
    expect((await api.send('POST', PATH, { body, ...as('operator') })).status).toBe(403);
    expect((await api.send('DELETE', `${PATH}/phone`, as('operator'))).status).toBe(403);
  });
});

describe('the list of notices', () => {
  const page = z.object({
    notices: z.array(z.looseObject({ title: z.string() })),
    next: z.string().nullable(),
  });

  it('goes through all in pages, newest first, by state and target', async () => {
    await api.send('POST', PATH, { body: settings() });
    for (const subject of ['1', '2', '3'])
      await writeHealthNotice(api.parts.db, { subject, title: `Check ${subject}`, detail: null });
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const next: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { body } = await api.send('GET', `/api/notices?limit=2&state=waiting&targetId=phone${next}`);
      const read = page.parse(body);
      seen.push(...read.notices.map(({ title }) => title));
      cursor = read.next;
    }
    expect(seen).toEqual(['Health: Check 3', 'Health: Check 2', 'Health: Check 1']);
    expect((await api.send('GET', '/api/notices?state=sent')).body).toEqual({ notices: [], next: null });
    expect((await api.send('GET', '/api/notices?state=lost')).status).toBe(400);
  });
});

describe('longplay notify', () => {
  it('adds after a test, lists, tests, shows the log and removes', async () => {
    expect((await cli('notify', 'list')).stdout).toContain('Notices go nowhere yet');
    const hook = await startWebhookServer();
    const added = await cli('notify', 'add', 'Hook', `${hook.origin}/s3cret`, '--kind', 'webhook');
    expect(added).toMatchObject({ status: 0, stdout: 'Added hook.\n' });
    expect(hook.received).toHaveLength(1);
    expect((await cli('notify', 'list')).stdout).toMatch(/hook +Hook +webhook +http:\/\/127\S+… +all +on/);
    expect(await cli('notify', 'test')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('✓ hook'),
    });
    await writeHealthNotice(api.parts.db, { subject: '4', title: 'Check 4', detail: null });
    const log = await cli('notify', 'log', '--state', 'waiting');
    expect(log.stdout).toMatch(/hook +waiting +0 +Health: Check 4/);
    expect(await cli('notify', 'remove', 'hook')).toMatchObject({ status: 0, stdout: 'Removed hook.\n' });
    await hook.close();
  });

  it('adds nothing where the test message does not arrive', async () => {
    const gone = await startWebhookServer();
    await gone.close();
    const argv = ['notify', 'add', 'Away', `${gone.origin}/x`, '--kind', 'webhook'];
    expect(await cli(...argv)).toMatchObject({ status: 1, stdout: expect.stringContaining('ECONNREFUSED') });
    expect((await api.send('GET', PATH)).body).toEqual({ notificationTargets: [] });
    expect(await cli(...argv, '--untested')).toMatchObject({ status: 0 });
  });

  it('adds mail, with the password from a file', async () => {
    const mail = await startMailServer({ login: { user: 'robin@example.org', password: 'pass word' } });
    const ran = await runCli(
      ['notify', 'add', 'Mail', `mailto://robin%40example.org@127.0.0.1:${mail.port}`, '--secret-file', '-'],
      { url: api.url, environment: { LONGPLAY_TOKEN: api.tokens.super_admin }, stdin: 'pass word\n' },
    );
    expect(ran).toMatchObject({ status: 0, stdout: 'Added mail.\n' });
    expect(mail.received).toMatchObject([{ recipients: ['robin@example.org'] }]);
    expect((await cli('notify', 'list')).stdout).toMatch(/mail +Mail +mail +mailto:\/\/127\S+… +all +on/);
    await mail.close();
  });

  it('takes the address from the standard input', async () => {
    const ran = await runCli(['notify', 'add', 'Piped', '--kind', 'webhook', '--untested'], {
      url: api.url,
      environment: { LONGPLAY_TOKEN: api.tokens.super_admin },
      stdin: 'http://127.0.0.1:1/s3cret\n',
    });
    expect(ran).toMatchObject({ status: 0, stdout: 'Added piped.\n' });
  });
});
