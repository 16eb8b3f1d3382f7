import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { findConnection, TOKEN_FILE } from '../../src/cli/connection.js';
import { loadConfig } from '../../src/config.js';
import { claimOwner, removeOwner, writeOwner } from '../../src/embedded/owner-file.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longplay-connection-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const find = (environment: Record<string, string> = {}, url?: string) =>
  findConnection(loadConfig({ LONGPLAY_DATA: folder, ...environment }), url);

describe('findConnection', () => {
  it('looks at the default address, with no token, when the data folder knows nothing', async () => {
    expect(await find()).toEqual({ url: 'http://127.0.0.1:4100', token: undefined });
    expect(await find({ LONGPLAY_PORT: '5000' })).toMatchObject({ url: 'http://127.0.0.1:5000' });
    await writeFile(path.join(folder, TOKEN_FILE), '\n');
    expect(await find()).toMatchObject({ token: undefined });
  });

  it('finds the Longplay of the data folder and its token', async () => {
    await claimOwner(folder);
    await writeOwner(folder, 'http://127.0.0.1:4567');
    await writeFile(path.join(folder, TOKEN_FILE), 'lp_local\n');
    expect(await find()).toEqual({ url: 'http://127.0.0.1:4567', token: 'lp_local' });
    await removeOwner(folder);
    expect(await find()).toEqual({ url: 'http://127.0.0.1:4100', token: 'lp_local' });
  });

  it('gives the token of the data folder to no other address', async () => {
    await writeFile(path.join(folder, TOKEN_FILE), 'lp_local\n');
    for (const url of [
      'http://evil.example',
      'http://127.0.0.1:4101',
      'https://127.0.0.1:4100',
      'http://127.0.0.1.evil.example:4100',
    ]) {
      expect(await find({}, url)).toEqual({ url, token: undefined });
      expect(await find({ LONGPLAY_URL: url })).toEqual({ url, token: undefined });
    }
    // The environment's is refused before; one of the command line is told when it is asked.
    expect(await find({}, 'nonsense')).toEqual({ url: 'nonsense', token: undefined });
    expect(await find({}, 'http://localhost:4100/')).toMatchObject({ token: 'lp_local' });
  });

  it('takes what the environment says, and an address on the command line before it', async () => {
    await writeFile(path.join(folder, TOKEN_FILE), 'lp_local\n');
    const environment = { LONGPLAY_URL: 'http://media.example', LONGPLAY_TOKEN: 'lp_given' };
    expect(await find(environment)).toEqual({ url: 'http://media.example', token: 'lp_given' });
    expect(await find(environment, 'http://other.example')).toEqual({
      url: 'http://other.example',
      token: 'lp_given',
    });
  });
});
