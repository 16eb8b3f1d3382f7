import { readFile } from 'node:fs/promises';
import path from 'node:path';

import type { Config } from '../config.js';
import { readOwner } from '../embedded/owner-file.js';
import { parseUrl } from '../integrations/indexers/parse-url.js';
import { createHttpClient, type HttpClient } from './http-client.js';

/** Written with mode 0600 by a local `longplay up`. */
export const TOKEN_FILE = 'cli-token';

export type ConnectionSettings = Pick<Config, 'dataFolder' | 'port' | 'client'>;

export interface Connection {
  url: string;
  token: string | undefined;
}

/**
 * Where Longplay is and with which token: what was said, else what the data folder knows. The token of the data
 * folder goes only to the Longplay of that folder, never to an address that was given by hand.
 */
export async function findConnection(settings: ConnectionSettings, givenUrl?: string): Promise<Connection> {
  const { dataFolder, port, client } = settings;
  const local = (await readOwner(dataFolder))?.url ?? `http://127.0.0.1:${port}`;
  const url = givenUrl ?? client.url ?? local;
  const token = client.token ?? (sameOrigin(url, local) ? await readToken(dataFolder) : undefined);
  return { url, token };
}

export async function connect(settings: ConnectionSettings, givenUrl?: string): Promise<HttpClient> {
  const { url, token } = await findConnection(settings, givenUrl);
  return createHttpClient({ baseUrl: url, token });
}

async function readToken(dataFolder: string): Promise<string | undefined> {
  const text = await readFile(path.join(dataFolder, TOKEN_FILE), 'utf8').catch(() => '');
  return text.trim() === '' ? undefined : text.trim();
}

function sameOrigin(one: string, other: string): boolean {
  const origin = originOf(one);
  return origin !== undefined && origin === originOf(other);
}

function originOf(url: string): string | undefined {
  return parseUrl(url)?.origin.replace('//localhost', '//127.0.0.1');
}
