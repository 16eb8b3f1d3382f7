import type { ClientKind } from '../../domain/acquisition/products.js';
import type { ArrClient, ArrSecret } from '../../domain/moving-in/arr.js';
import {
  fieldsOf,
  numberOf,
  plainAddress,
  priorityOf,
  secretOf,
  textOf,
  type Fields,
  type Provider,
} from './fields.js';

interface ClientFacts {
  kind: ClientKind;
  port: number;
  /** The field of what opens it. */
  secret: string;
  /** Below host and port, where no field says so. */
  path: string;
}

const CLIENTS: Record<string, ClientFacts | undefined> = {
  QBittorrent: { kind: 'qbittorrent', port: 8080, secret: 'password', path: '' },
  Transmission: { kind: 'transmission', port: 9091, secret: 'password', path: '/transmission' },
  Sabnzbd: { kind: 'sabnzbd', port: 8080, secret: 'apiKey', path: '' },
  Nzbget: { kind: 'nzbget', port: 6789, secret: 'password', path: '' },
  Aria2: { kind: 'aria2', port: 6800, secret: 'secretToken', path: '/jsonrpc' },
};

/** Each of the programs names the category by what it fetches. */
const CATEGORIES = ['tvCategory', 'movieCategory', 'musicCategory', 'bookCategory', 'category'];

export function readClient(told: Provider): ArrClient {
  const fields = fieldsOf(told);
  const { name, implementation } = told;
  const facts = CLIENTS[implementation];
  const host = textOf(fields, 'host') ?? '';
  return {
    ...{ name, implementation, host, kind: facts?.kind, priority: priorityOf(told) },
    enabled: told.enable ?? true,
    address: facts === undefined ? undefined : addressOf(fields, host, facts),
    // A key opens the whole of SABnzbd; its user is for its page.
    username: facts?.kind === 'sabnzbd' ? undefined : textOf(fields, 'username'),
    secret: facts === undefined ? NO_SECRET : secretOf(fields, facts.secret),
    category: CATEGORIES.map((field) => textOf(fields, field)).find((text) => text !== undefined),
  };
}

const NO_SECRET: ArrSecret = { state: 'none' };

function addressOf(fields: Fields, host: string, { port, path }: ClientFacts): string | undefined {
  if (host === '') return undefined;
  const below = textOf(fields, 'urlBase') ?? textOf(fields, 'rpcPath') ?? path;
  const names = below.split('/').filter((name) => name !== '');
  const protocol = fields.get('useSsl') === true ? 'https' : 'http';
  const place = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return plainAddress([`${protocol}://${place}:${numberOf(fields, 'port') ?? port}`, ...names].join('/'));
}
