import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';

import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

import type { Certificate } from './certificate.js';
import type { NotifierServer, ReceivedNotice, SharedFault } from './notifier-contract-servers.js';
import { readMail } from './received-mail.js';

export type MailFault =
  | SharedFault
  /** A refusal in place of what would be answered; `recipient`: to this one alone. */
  | { kind: 'reply'; at: MailStage; code: number; words?: string; recipient?: string }
  /** Neither offered nor taken, as by somebody on the way who wants to read along. */
  | { kind: 'no_starttls' };

type MailStage = 'connection' | 'login' | 'sender' | 'recipient' | 'message';

export interface MailServer extends NotifierServer<MailFault> {
  port: number;
  received: (ReceivedNotice & { recipients: string[]; secure: boolean })[];
  /** Passwords as they came, with whether anybody could read along. */
  logins: { password: string; secure: boolean }[];
}

interface MailServerOptions {
  /** Who must log in; default: nobody. */
  login?: { user: string; password: string };
  /** Without one there is no TLS. */
  certificate?: Certificate;
  /** TLS from the first byte. */
  secure?: boolean;
}

/** A real SMTP server on loopback, with faults to order. */
export async function startMailServer(options: MailServerOptions = {}): Promise<MailServer> {
  const state = newState();
  const server = new SMTPServer({ ...settingsOf(options), ...handlersOf(state, options) });
  // A client that leaves in the middle of something is what some tests are about.
  server.on('error', () => undefined);
  const sockets = new Set<Socket>();
  server.server.on('connection', (socket: Socket) => {
    state.calls += 1;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  state.breakOff = () => {
    for (const socket of sockets) socket.destroy();
  };
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.server.address() as AddressInfo;
  return {
    port,
    origin: `smtp://127.0.0.1:${port}`,
    received: state.received,
    logins: state.logins,
    calls: () => state.calls,
    setFault: (fault) => {
      state.fault = fault;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        state.breakOff();
      }),
  };
}

interface State {
  fault: MailFault | undefined;
  calls: number;
  received: MailServer['received'];
  logins: MailServer['logins'];
  breakOff: () => void;
}

function newState(): State {
  return { fault: undefined, calls: 0, received: [], logins: [], breakOff: () => undefined };
}

function settingsOf({ login, certificate, secure = false }: MailServerOptions): SMTPServerOptions {
  return {
    ...certificate,
    secure,
    name: 'mail.test',
    disableReverseLookup: true,
    authOptional: login === undefined,
    allowInsecureAuth: true,
    hideENHANCEDSTATUSCODES: true,
    ...(certificate === undefined ? { disabledCommands: ['STARTTLS'] } : {}),
  };
}

function handlersOf(state: State, { login }: MailServerOptions): SMTPServerOptions {
  const refusal = (at: MailStage, recipient?: string): Error | null => {
    const { fault } = state;
    if (fault?.kind !== 'reply' || fault.at !== at) return null;
    if (fault.recipient !== undefined && fault.recipient !== recipient) return null;
    return Object.assign(new Error(fault.words ?? 'no'), { responseCode: fault.code });
  };
  return {
    onConnect: (session, done) => {
      if (state.fault?.kind === 'silent') return;
      if (state.fault?.kind === 'no_starttls') session.disabledCommands = ['STARTTLS'];
      done(refusal('connection'));
    },
    onAuth: ({ username, password }, session, done) => {
      state.logins.push({ password: password ?? '', secure: session.secure });
      const isRight = username === login?.user && password === login?.password;
      done(refusal('login') ?? (isRight ? null : new Error('who?')), { user: login?.user });
    },
    onMailFrom: (_address, _session, done) => {
      done(refusal('sender'));
    },
    onRcptTo: ({ address }, _session, done) => {
      done(refusal('recipient', address));
    },
    onData: (stream, { envelope, secure }, done) => {
      void buffer(stream).then((raw) => {
        const refused = refusal('message');
        const recipients = envelope.rcptTo.map(({ address }) => address);
        if (refused === null) state.received.push({ ...receivedOf(raw), recipients, secure });
        if (state.fault?.kind === 'lost_answer') state.breakOff();
        else done(refused);
      });
    },
  };
}

function receivedOf(raw: Buffer): ReceivedNotice {
  const { headers, text } = readMail(raw);
  const body = { id: headers['message-id'], title: headers['subject'], body: text };
  return { path: '', headers, text: raw.toString('utf8'), body };
}
