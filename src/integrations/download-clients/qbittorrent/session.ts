import { Fault } from '../../../domain/faults.js';
import { exchange, type ExchangeOptions, type Reply } from '../exchange.js';

export interface QbittorrentAddress extends Omit<ExchangeOptions, 'product'> {
  baseUrl: string;
  /** null with a secret: that is an API key (5.2 and later); null without: it lets this host in as it is. */
  username: string | null;
  secret?: string;
}

export interface QbittorrentCall {
  /** Below `/api/v2/`. */
  path: string;
  query?: Record<string, string>;
  /** A POST; form data with a file goes as multipart. */
  form?: Record<string, string> | FormData;
}

export interface QbittorrentSession {
  /**
   * Sends with a session, and logs in when there is none (any more).
   * @throws Fault credentials when it refuses ours, environment when it cannot be reached
   */
  send: (call: QbittorrentCall, signal: AbortSignal) => Promise<Reply>;
}

export const PRODUCT = 'qBittorrent';
/** It bans a host after 5 wrong log-ins: a refusal is believed so long before the next try. */
const REFUSAL_KEPT_MS = 600_000;

/** `onLogin`: a new session may be one of another version. */
export function createQbittorrentSession(
  address: QbittorrentAddress,
  { onLogin }: { onLogin: () => void },
): QbittorrentSession {
  const { username, secret } = address;
  let entering: Promise<string> | undefined;
  let refused: { fault: Fault; atMs: number } | undefined;

  const enter = async (): Promise<string> => {
    if (refused !== undefined && performance.now() - refused.atMs < REFUSAL_KEPT_MS) throw refused.fault;
    try {
      const cookie = await logIn(address, { username: username ?? '', password: secret ?? '' });
      refused = undefined;
      onLogin();
      return cookie;
    } catch (error) {
      entering = undefined;
      if (error instanceof Fault && error.kind === 'credentials')
        refused = { fault: error, atMs: performance.now() };
      throw error;
    }
  };

  return {
    send: async (call, signal) => {
      if (username === null) return refuseForbidden(await request(address, call, keyHeader(secret), signal));
      // Calls at the same time share one log-in, so that no session is left over.
      const entered = (entering ??= enter());
      const first = await request(address, call, { cookie: await entered }, signal);
      if (first.status !== 403) return refuseForbidden(first);
      // The session has run out, or the client has restarted.
      if (entering === entered) entering = undefined;
      const again = (entering ??= enter());
      return refuseForbidden(await request(address, call, { cookie: await again }, signal));
    },
  };
}

function keyHeader(secret: string | undefined): Record<string, string> {
  return secret === undefined ? {} : { authorization: `Bearer ${secret}` };
}

function request(
  address: QbittorrentAddress,
  { path, query, form }: QbittorrentCall,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Reply> {
  const base = address.baseUrl.endsWith('/') ? address.baseUrl : `${address.baseUrl}/`;
  const url = new URL(`api/v2/${path}`, base);
  url.search = new URLSearchParams(query).toString();
  const body = form === undefined || form instanceof FormData ? form : new URLSearchParams(form);
  return exchange(
    { ...address, product: PRODUCT },
    url,
    {
      method: form === undefined ? 'GET' : 'POST',
      // Its protection against forged requests wants both to be its own address (acquisition.md §2.3).
      headers: { referer: base, origin: url.origin, ...headers },
      ...(body === undefined ? {} : { body }),
    },
    signal,
  );
}

/** Answers of every version: 200 `Ok.` or `Fails.`, 204, 401, and 403 for a host that it has banned. */
async function logIn(
  address: QbittorrentAddress,
  form: { username: string; password: string },
): Promise<string> {
  // No caller's signal: others may wait for the same log-in, and the request has its own time limit.
  const { signal } = new AbortController();
  const { status, text, headers } = await request(address, { path: 'auth/login', form }, {}, signal);
  if (status === 204 || (status === 200 && text.trim() === 'Ok.')) {
    // Its name differs by version and by settings: whatever the log-in sets is the session.
    return headers
      .getSetCookie()
      .map((line) => line.split(';')[0] ?? '')
      .join('; ');
  }
  if (status === 403) {
    throw new Fault('credentials', 'qBittorrent has banned this host after too many wrong log-ins', {
      remedy:
        'Correct user and password, then wait for the end of the ban (1 h by default) or restart qBittorrent',
    });
  }
  if (status === 401 || text.trim() === 'Fails.') {
    throw new Fault('credentials', 'qBittorrent refuses the user or the password', {
      remedy:
        'Enter those of its web interface; also allow the name by which Longplay calls it (host header)',
    });
  }
  throw new Fault('environment', `Expected qBittorrent's answer to a log-in, got HTTP ${status}`, {
    waitingReason: 'client_unreachable',
    remedy: 'Check that the address is that of its web interface, without /api',
  });
}

function refuseForbidden(reply: Reply): Reply {
  if (reply.status !== 401 && reply.status !== 403) return reply;
  throw new Fault('credentials', `qBittorrent refuses our calls (HTTP ${reply.status})`, {
    remedy: 'Enter user and password of its web interface, or (5.2 and later) an API key without a user',
  });
}
