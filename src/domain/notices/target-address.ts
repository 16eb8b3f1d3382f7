import { Fault } from '../faults.js';
import { mailServerOf, readMailRoute } from './mail-address.js';

/** The services that notices go to; each kind has one adapter below src/integrations/notifiers. */
export const TARGET_KINDS = ['ntfy', 'webhook', 'apprise', 'mail'] as const;
export type TargetKind = (typeof TARGET_KINDS)[number];

export interface TargetAddress {
  kind: TargetKind;
  /** http or https, of mail mailto or mailtos; without user and password. */
  url: string;
  username: string;
  password: string;
  /** What may be shown: paths, topics and queries are secrets with most services. */
  place: string;
}

interface Scheme {
  kind: TargetKind;
  protocol: 'http:' | 'https:' | 'mailto:' | 'mailtos:';
}

/** Apprise's spelling of the same services. */
const SCHEMES: Record<string, Scheme | undefined> = {
  'ntfy:': { kind: 'ntfy', protocol: 'http:' },
  'ntfys:': { kind: 'ntfy', protocol: 'https:' },
  'json:': { kind: 'webhook', protocol: 'http:' },
  'jsons:': { kind: 'webhook', protocol: 'https:' },
  'apprise:': { kind: 'apprise', protocol: 'http:' },
  'apprises:': { kind: 'apprise', protocol: 'https:' },
  'mailto:': { kind: 'mail', protocol: 'mailto:' },
  'mailtos:': { kind: 'mail', protocol: 'mailtos:' },
};

/**
 * Reads an address of any spelling; http and https need a kind beside them.
 * @throws Fault bad_input, which never repeats the address: it may hold secrets.
 */
export function readTargetAddress(text: string, wished?: TargetKind): TargetAddress {
  const given = URL.canParse(text) ? new URL(text) : undefined;
  if (given === undefined) throw refuse('an address such as https://ntfy.sh/my-topic', 'something else');
  const scheme = schemeOf(given.protocol, wished);
  const url = expand(given, text, scheme);
  const [username, password] = [decoded(url.username), decoded(url.password)];
  const place = PLACES[scheme.kind](url, username);
  url.username = '';
  url.password = '';
  return { kind: scheme.kind, url: url.href, username, password, place };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // The error's own words would repeat the text.
    throw refuse('a user and password in which % begins a code', 'another %', 'Write %25 for a percent sign');
  }
}

function schemeOf(protocol: string, wished: TargetKind | undefined): Scheme {
  if (protocol === 'http:' || protocol === 'https:') {
    if (wished !== undefined) return { kind: wished, protocol };
    throw refuse(`a kind beside an ${protocol} address`, 'none', `Say which: ${TARGET_KINDS.join(', ')}`);
  }
  const scheme = SCHEMES[protocol];
  if (scheme === undefined) {
    const known = ['http', 'https', ...Object.keys(SCHEMES).map((name) => name.slice(0, -1))];
    throw refuse(
      `an address that begins with one of ${known.map((name) => `${name}://`).join(' ')}`,
      `${protocol}//`,
      'Other services are reached through an Apprise API server: give its notify address with the kind apprise',
    );
  }
  if (wished === undefined || wished === scheme.kind) return scheme;
  throw refuse(`an address of ${wished}`, `one of ${scheme.kind} (${protocol}//)`);
}

/** By its text, since a URL's scheme cannot be changed from a foreign one to http. */
function expand(given: URL, text: string, { kind, protocol }: Scheme): URL {
  const rest = text.slice(text.indexOf(':') + 1);
  if (protocol === given.protocol) return new URL(text);
  // One name alone is a topic of the public server; a host of a foreign scheme keeps its capitals.
  if (kind === 'ntfy' && given.pathname.replaceAll('/', '') === '' && given.port === '') {
    const user = given.username === '' ? '' : `${given.username}:${given.password}@`;
    return new URL(`https://${user}ntfy.sh/${given.hostname}`);
  }
  const url = new URL(protocol + rest);
  if (kind === 'apprise') {
    const names = url.pathname.split('/').filter((name) => name !== '');
    const key = names.pop() ?? '';
    url.pathname = [...names.filter((name) => name !== 'notify'), 'notify', key].join('/');
  }
  return url;
}

/** Checks the address of each kind, and says what may be shown of it. */
const PLACES: Record<TargetKind, (url: URL, username: string) => string> = {
  ntfy: ({ pathname, origin }) => {
    if (pathname.split('/').every((name) => name === '')) throw refuse('a topic behind the host', 'none');
    return `${origin}/…`;
  },
  webhook: ({ origin }) => `${origin}/…`,
  apprise: ({ pathname, origin }) => {
    if (/\/notify\/[^/]+\/?$/.test(pathname)) return `${origin}/…`;
    throw refuse('the notify address of an Apprise API server', 'another path', 'It ends with /notify/KEY');
  },
  mail: (url, username) => `${url.protocol}//${mailServerOf(readMailRoute(url, username))}/…`,
};

function refuse(expected: string, came: string, remedy?: string): Fault {
  return new Fault('bad_input', `Expected ${expected}, got ${came}`, remedy === undefined ? {} : { remedy });
}
