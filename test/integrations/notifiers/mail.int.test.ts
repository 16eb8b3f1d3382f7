import { createServer, type AddressInfo } from 'node:net';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { readTargetAddress } from '../../../src/domain/notices/target-address.js';
import { createMailNotifier } from '../../../src/integrations/notifiers/mail.js';
import type { Notifier, NotifierSettings } from '../../../src/integrations/notifiers/port.js';
import { makeCertificate } from '../../support/certificate.js';
import { startMailServer, type MailFault, type MailServer } from '../../support/mail-server.js';
import { anApproval, describeNotifier } from './contract.js';

const certificate = makeCertificate();
const login = { user: 'robin@example.org', password: 'pass w0rd+' };
const never = new AbortController().signal;

function notifier(address: string, settings: Partial<NotifierSettings> = {}): Notifier {
  return createMailNotifier({ address: readTargetAddress(address), ca: certificate.cert, ...settings });
}

function reply(
  at: Extract<MailFault, { kind: 'reply' }>['at'],
  code: number,
  words = 'robin@example.org',
): MailFault {
  return { kind: 'reply', at, code, words };
}

describeNotifier<MailFault>('mail', {
  start: async () => {
    const server = await startMailServer({ login, certificate });
    return {
      server,
      secrets: [login.user, login.password, 'pass%20w0rd+', 'kim@example.org', 'wrong'],
      create: ({ timeoutMs, wrong = false } = {}) =>
        notifier(
          `mailtos://robin@example.org:${wrong ? 'wrong' : 'pass%20w0rd+'}@127.0.0.1:${server.port}/?to=kim@example.org`,
          timeoutMs === undefined ? {} : { timeoutMs },
        ),
    };
  },
  keyOf: ({ body }) => /^<(.+)@example\.org>$/.exec(String(body.id))?.[1],
  wordsOf: ({ body }) => `${String(body.title)}\n${String(body.body)}`,
  wrong: 'credentials',
  answers: [
    [reply('connection', 421), { kind: 'transient' }],
    [reply('connection', 554), { kind: 'environment' }],
    [reply('login', 454), { kind: 'transient' }],
    [reply('login', 535), { kind: 'credentials' }],
    [reply('sender', 451), { kind: 'transient' }],
    [reply('sender', 530), { kind: 'credentials' }],
    [reply('sender', 550), { kind: 'bad_input' }],
    [reply('recipient', 450), { kind: 'transient' }],
    [reply('recipient', 550), { kind: 'bad_input' }],
    [reply('message', 452), { kind: 'transient' }],
    [reply('message', 503), { kind: 'transient' }],
    [reply('message', 554), { kind: 'bad_input' }],
    [{ kind: 'no_starttls' }, { kind: 'environment' }],
  ],
  taken: [],
});

describe('a message by mail', () => {
  let server: MailServer;
  beforeAll(async () => {
    server = await startMailServer({ certificate });
  });
  afterEach(() => {
    server.setFault(undefined);
    server.received.length = 0;
  });
  afterAll(() => server.close());

  const address = (to = 'kim@example.org'): string => `mailtos://127.0.0.1:${server.port}/?to=${to}`;

  it('says when it happened, whose it is and that a machine wrote it', async () => {
    const message = anApproval();
    await notifier(`${address()}&from=longplay@example.org&name=L%C3%B6ngplay`).send(message, never);
    const [mail] = server.received;
    expect(mail).toMatchObject({
      secure: true,
      headers: {
        from: 'Löngplay <longplay@example.org>',
        to: 'kim@example.org',
        subject: 'Approval wanted: Frankenstein by Mary Shelley',
        'message-id': `<${message.key}@example.org>`,
        date: 'Sun, 31 Jan 2027 12:00:00 +0000',
        'auto-submitted': 'auto-generated',
        'content-type': expect.stringMatching(/^text\/plain; charset=utf-8/),
      },
      body: {
        body: 'Somebody has to approve or deny it.\nAsked for by robin.\n\n-- \nLongplay, request req-7k2m9q4d\n',
      },
    });
  });

  it('cannot grow a header or a recipient out of a title, a name or a body', async () => {
    const title = 'a\r\nBcc: eve@example.org\nX-Injected: yes\r\n\r\nb';
    const body = 'c\r\n.\r\nMAIL FROM:<eve@example.org>\r\n.d';
    const message = { ...anApproval(), title, body, request: null };
    await notifier(address()).send(message, never);
    const [mail, ...more] = server.received;
    expect(more).toEqual([]);
    expect(mail?.recipients).toEqual(['kim@example.org']);
    expect(Object.keys(mail?.headers ?? {}).sort()).toEqual([
      ...['auto-submitted', 'content-transfer-encoding', 'content-type', 'date', 'from', 'message-id'],
      ...['mime-version', 'subject', 'to', 'x-mailer'],
    ]);
    expect(mail?.body.body).toBe('c\n.\nMAIL FROM:<eve@example.org>\n.d\n\n-- \nLongplay\n');
    expect(mail?.headers['subject']).toMatch(/^a +Bcc: eve@example.org +X-Injected: yes +b$/);
  });

  it.each(['Ævintýri á gönguför – „Bók“', '三体 '.repeat(40).trim(), '= ?utf-8?Q?text?=', '🎧📚'])(
    'brings %s over whole',
    async (title) => {
      await notifier(address()).send({ ...anApproval(), title, body: `${title}\n${'é'.repeat(900)}` }, never);
      const [mail] = server.received;
      expect(mail?.headers['subject']).toBe(title);
      expect(mail?.body.body).toContain(`${title}\n${'é'.repeat(900)}\n`);
      expect(mail?.text).toMatch(/^\p{ASCII}+$/u);
    },
  );

  it('brings a title over that looks encoded, as text', async () => {
    await notifier(address()).send({ ...anApproval(), title: '=?utf-8?Q?a=0D=0Ab?=' }, never);
    expect(server.received[0]?.headers['subject']).toBe('= ?utf-8?Q?a=0D=0Ab?=');
  });

  it('goes to all recipients at once, and tells of one who is refused without trying again', async () => {
    const sender = notifier(address('kim@example.org,lee%2Bbooks@example.org'));
    expect(await sender.send(anApproval(), never)).not.toHaveProperty('missed');
    server.setFault({
      ...{ kind: 'reply', at: 'recipient', code: 550 },
      ...{ recipient: 'lee+books@example.org', words: '5.1.1 <lee+books@example.org>: no' },
    });
    const sent = await sender.send(anApproval(), never);
    expect(server.received.map(({ recipients }) => recipients)).toEqual([
      ['kim@example.org', 'lee+books@example.org'],
      ['kim@example.org'],
    ]);
    expect(sent.missed?.message).toBe(
      `mail at 127.0.0.1:${server.port} refuses of 2 recipients: 2 (SMTP 550 5.1.1)`,
    );
  });

  it('comes from longplay at the server where nobody is named', async () => {
    await notifier(address()).send(anApproval(), never);
    expect(server.received[0]?.headers.from).toBe('Longplay <longplay@[127.0.0.1]>');
  });
});

describe('the way to a mail server', () => {
  const servers: MailServer[] = [];
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  async function start(options: Parameters<typeof startMailServer>[0] = {}): Promise<MailServer> {
    const server = await startMailServer({ login, ...options });
    servers.push(server);
    return server;
  }

  function at({ port }: MailServer, scheme: string, more = ''): string {
    return `${scheme}://robin%40example.org:pass%20w0rd+@127.0.0.1:${port}/?to=kim@example.org${more}`;
  }

  it.each([
    ['mailtos', '', false],
    ['mailto', '', false],
    ['mailto', '&mode=starttls', false],
    ['mailtos', '&mode=ssl', true],
    ['mailto', '&mode=ssl', true],
  ])('is closed to others by %s with "%s"', async (scheme, more, secure) => {
    const server = await start({ certificate, secure });
    await notifier(at(server, scheme, more)).send(anApproval(), never);
    expect(server.received).toMatchObject([{ secure: true, recipients: ['kim@example.org'] }]);
    expect(server.logins).toEqual([{ password: login.password, secure: true }]);
  });

  it.each([
    [{}, ''],
    [{ certificate }, '&mode=insecure'],
  ])('is open by mailto where the server or the address wants it so (%#)', async (options, more) => {
    const server = await start(options);
    await notifier(at(server, 'mailto', more)).send(anApproval(), never);
    expect(server.logins).toEqual([{ password: login.password, secure: false }]);
  });

  it('sends no password where mailtos finds no STARTTLS', async () => {
    const server = await start();
    await expect(notifier(at(server, 'mailtos')).send(anApproval(), never)).rejects.toMatchObject({
      kind: 'environment',
      message: expect.stringContaining('offers no STARTTLS'),
    });
    expect(server.logins).toEqual([]);
    expect(server.received).toEqual([]);
  });

  it.each([
    ['made by itself', { certificate: makeCertificate() }, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    [
      'of another host',
      { certificate: makeCertificate({ ip: '127.0.0.2' }) },
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
    ['that has expired', { certificate: makeCertificate({ days: -1 }) }, 'CERT_HAS_EXPIRED'],
  ])('trusts no certificate %s, unless the address says so', async (_what, options, code) => {
    for (const [secure, mode] of [
      [false, ''],
      [true, '&mode=ssl'],
    ] as const) {
      const server = await start({ ...options, secure });
      const ca = code.startsWith('DEPTH') ? {} : { ca: options.certificate.cert };
      const sending = notifier(at(server, 'mailtos', mode), ca).send(anApproval(), never);
      await expect(sending).rejects.toMatchObject({
        kind: 'environment',
        message: expect.stringContaining(code),
        remedy: expect.stringContaining('verify=no'),
      });
      expect(server.logins).toEqual([]);
      await notifier(at(server, 'mailtos', `${mode}&verify=no`), ca).send(anApproval(), never);
      expect(server.received).toHaveLength(1);
    }
  });

  it('takes the password from the secret before that of the address', async () => {
    const server = await start({ certificate });
    const address = `mailtos://robin%40example.org:old@127.0.0.1:${server.port}/`;
    await notifier(address, { secret: login.password }).send(anApproval(), never);
    expect(server.received).toMatchObject([
      { recipients: ['robin@example.org'], headers: { from: 'Longplay <robin@example.org>' } },
    ]);
  });

  it('names the login where the server wants one and the address has none', async () => {
    const server = await start({ certificate });
    const address = `mailtos://127.0.0.1:${server.port}/?to=kim@example.org`;
    await expect(notifier(address).send(anApproval(), never)).rejects.toMatchObject({
      kind: 'credentials',
      message: expect.stringContaining('SMTP 530'),
    });
  });

  it('speaks of TLS where it is spoken from the start and the server waits for STARTTLS', async () => {
    const server = await start({ certificate });
    await expect(
      notifier(at(server, 'mailtos', '&mode=ssl')).send(anApproval(), never),
    ).rejects.toMatchObject({
      kind: 'environment',
      remedy: expect.stringContaining('mode=starttls'),
    });
  });
});

describe('what is no mail server', () => {
  it.each([
    ['a greeting and then silence', '220 mail.test\r\n', 'transient', /within 0.3 s/],
    ['a web server', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'environment', /not answer like a mail server/],
    ['who hangs up', undefined, 'transient', /broke the connection off/],
  ] as const)('is told: %s', async (_what, says, kind, message) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined).resume();
      if (says === undefined) socket.end();
      else socket.write(says);
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as AddressInfo;
    const address = `mailto://127.0.0.1:${port}/?to=kim@example.org`;
    await expect(notifier(address, { timeoutMs: 300 }).send(anApproval(), never)).rejects.toMatchObject({
      kind,
      message: expect.stringMatching(message),
    });
    await new Promise((resolve) => server.close(resolve));
  });
});
