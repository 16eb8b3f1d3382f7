import { mayVisit } from './allowed-hosts.js';
import type { KeyGuard } from './api-key.js';
import { getBounded, type Answer, type BodyLimit } from './http.js';
import { parseUrl } from './parse-url.js';

const MAX_HOPS = 5;

/** Where a chain of redirects ended. */
export type Arrival =
  | { kind: 'answer'; answer: Answer; url: URL }
  | { kind: 'magnet'; url: string }
  /** Too many hops, a host that is not allowed, or a scheme that is neither http nor magnet. */
  | { kind: 'astray'; detail: string };

export interface FollowOptions {
  fetch: typeof fetch;
  /** The indexer's own address: only there the key goes. */
  home: URL;
  guard: KeyGuard;
  /** Sent home only, as the key is: `X-Api-Key`, `Authorization`. */
  homeHeaders?: Readonly<Record<string, string>>;
  allowedHosts?: readonly string[];
  /** Before each call home; outside of its time limit. */
  pace?: (signal: AbortSignal) => Promise<void>;
}

/**
 * GETs an address and follows redirects by hand, at most 5, since one may lead to a magnet link or to a foreign host
 * that must not see the key (acquisition.md §2.1).
 * @throws NoAnswer, or the reason of an aborted signal.
 */
export async function getFollowing(
  options: FollowOptions,
  link: string,
  limits: BodyLimit & { signal: AbortSignal },
): Promise<Arrival> {
  let url = parseUrl(link, options.home);
  for (let hop = 0; hop <= MAX_HOPS; hop += 1) {
    if (url === undefined) return { kind: 'astray', detail: 'the link is no address' };
    if (url.protocol === 'magnet:') return { kind: 'magnet', url: url.href };
    const astray = whyAstray(url, options);
    if (astray !== undefined) return { kind: 'astray', detail: astray };
    const answer = await getOne(options, url, limits);
    const location = redirectOf(answer);
    if (location === undefined) return { kind: 'answer', answer, url };
    url = parseUrl(location, url);
  }
  return { kind: 'astray', detail: `the link redirects more than ${MAX_HOPS} times` };
}

function whyAstray(url: URL, options: FollowOptions): string | undefined {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return `the link leads to "${url.protocol}", expected http, https or magnet`;
  }
  return mayVisit(url, options) ? undefined : `the link leads to ${url.hostname}, which is not allowed`;
}

/** Where key and user go: the indexer's own host and port, and never from https down to http. */
export function isHome(url: URL, home: URL): boolean {
  return url.host === home.host && !(home.protocol === 'https:' && url.protocol === 'http:');
}

async function getOne(
  { fetch: fetcher, home, guard, homeHeaders = {}, pace }: FollowOptions,
  url: URL,
  limits: BodyLimit & { signal: AbortSignal },
): Promise<Answer> {
  if (!isHome(url, home)) return getBounded(fetcher, guard.strip(url), limits);
  await pace?.(limits.signal);
  return getBounded(fetcher, new URL(guard.show(url.href)), {
    ...limits,
    headers: { ...limits.headers, ...homeHeaders },
  });
}

function redirectOf({ status, headers }: Answer): string | undefined {
  return status >= 300 && status < 400 ? (headers.get('location') ?? undefined) : undefined;
}
