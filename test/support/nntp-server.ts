import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

import { stuffDots, writeYenc, type YencPart } from './yenc.js';

/** What goes wrong with one article; `dropped`: its next delivery breaks off in the middle, once. */
export type ArticleFault = 'missing' | 'wrong_crc' | 'dropped';

/** A news server on loopback, as much of RFC 3977 as a download client speaks; its articles carry real bytes. */
export interface NntpServer {
  port: number;
  /** Puts one article up, under its message id without the angle brackets. */
  put: (messageId: string, part: YencPart) => void;
  /** undefined heals. */
  setFault: (messageId: string, fault: ArticleFault | undefined) => void;
  /** From now on bodies are withheld, once `articles` more have been sent; connections stay open. */
  holdAfter: (articles: number) => void;
  /** Sends what was withheld. */
  release: () => void;
  /** Whether log-ins are refused (481). */
  refuseLogins: (refused: boolean) => void;
  /** Connections that were dropped in the middle of a body. */
  dropped: () => number;
  /** Bodies that were sent whole, by message id. */
  sent: () => readonly string[];
  close: () => Promise<void>;
}

interface Login {
  username: string;
  password: string;
}

interface ServerState {
  login: Login | undefined;
  articles: Map<string, YencPart>;
  faults: Map<string, ArticleFault>;
  sent: string[];
  dropped: number;
  /** Bodies that may still be sent; Infinity: all. */
  allowance: number;
  withheld: (() => void)[];
  refusesLogins: boolean;
}

interface Session {
  socket: Socket;
  isLoggedIn: boolean;
  username: string;
}

export async function startNntpServer(options: { login?: Login } = {}): Promise<NntpServer> {
  const state: ServerState = {
    login: options.login,
    articles: new Map(),
    faults: new Map(),
    sent: [],
    dropped: 0,
    allowance: Infinity,
    withheld: [],
    refusesLogins: false,
  };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    converse(state, socket);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    put: (messageId, part) => state.articles.set(messageId, part),
    setFault: (messageId, fault) => {
      if (fault === undefined) state.faults.delete(messageId);
      else state.faults.set(messageId, fault);
    },
    holdAfter: (articles) => {
      state.allowance = articles;
    },
    release: () => {
      state.allowance = Infinity;
      for (const send of state.withheld.splice(0)) send();
    },
    refuseLogins: (refused) => {
      state.refusesLogins = refused;
    },
    dropped: () => state.dropped,
    sent: () => state.sent,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function converse(state: ServerState, socket: Socket): void {
  const session: Session = { socket, isLoggedIn: state.login === undefined, username: '' };
  say(session, '200 longplay test server');
  createInterface({ input: socket }).on('line', (line) => {
    answer(state, session, line);
  });
}

function answer(state: ServerState, session: Session, line: string): void {
  const [verb = '', argument = '', value = ''] = line.trim().split(/\s+/);
  switch (verb.toUpperCase()) {
    case 'CAPABILITIES':
      say(session, '101 capabilities\r\nVERSION 2\r\nREADER\r\nAUTHINFO USER\r\n.');
      return;
    case 'MODE':
      say(session, '200 reader');
      return;
    case 'AUTHINFO':
      logIn(state, session, { what: argument.toUpperCase(), value });
      return;
    case 'QUIT':
      session.socket.end('205 bye\r\n');
      return;
    case 'GROUP':
      say(session, session.isLoggedIn ? `211 ${state.articles.size} 1 1 ${argument}` : '480 log in first');
      return;
    case 'ARTICLE':
    case 'BODY':
    case 'HEAD':
    case 'STAT':
      giveArticle(state, session, { verb: verb.toUpperCase(), messageId: argument.replaceAll(/[<>]/g, '') });
      return;
    default:
      say(session, '500 unknown command');
  }
}

function logIn(state: ServerState, session: Session, { what, value }: { what: string; value: string }): void {
  if (what === 'USER') {
    session.username = value;
    say(session, '381 and the password');
    return;
  }
  const { login } = state;
  const isRight = login === undefined || (login.username === session.username && login.password === value);
  session.isLoggedIn = isRight && !state.refusesLogins;
  say(session, session.isLoggedIn ? '281 welcome' : '481 log-in refused');
}

const CODES: Record<string, number> = { ARTICLE: 220, HEAD: 221, BODY: 222, STAT: 223 };

function giveArticle(
  state: ServerState,
  session: Session,
  { verb, messageId }: { verb: string; messageId: string },
): void {
  const article = state.articles.get(messageId);
  const fault = state.faults.get(messageId);
  if (!session.isLoggedIn) say(session, '480 log in first');
  else if (article === undefined || fault === 'missing') say(session, '430 no such article');
  else if (verb === 'STAT') say(session, `223 0 <${messageId}>`);
  else {
    const send = (): void => {
      sendArticle(state, session, { verb, messageId, article, fault });
    };
    if (state.allowance > 0) {
      state.allowance -= 1;
      send();
    } else state.withheld.push(send);
  }
}

function sendArticle(
  state: ServerState,
  session: Session,
  asked: { verb: string; messageId: string; article: YencPart; fault: ArticleFault | undefined },
): void {
  const { verb, messageId, article, fault } = asked;
  const head = [
    `Message-ID: <${messageId}>`,
    `Subject: "${article.name}" yEnc (${article.part}/${article.total})`,
  ];
  const body =
    verb === 'HEAD' ? Buffer.alloc(0) : stuffDots(writeYenc(article, { wrongCrc: fault === 'wrong_crc' }));
  const parts = [
    Buffer.from(`${CODES[verb] ?? 500} 0 <${messageId}>\r\n`),
    ...(verb === 'BODY' ? [] : [Buffer.from(`${head.join('\r\n')}\r\n`)]),
    ...(verb === 'ARTICLE' ? [Buffer.from('\r\n')] : []),
    body,
    Buffer.from('.\r\n'),
  ];
  if (fault === 'dropped') {
    state.dropped += 1;
    state.faults.delete(messageId);
    session.socket.write(Buffer.concat(parts).subarray(0, body.length / 2));
    session.socket.destroySoon();
    return;
  }
  session.socket.write(Buffer.concat(parts));
  state.sent.push(messageId);
}

function say({ socket }: Session, line: string): void {
  socket.write(`${line}\r\n`);
}
