import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { secretAt } from '../../src/embedded/secret-file.js';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longplay-secret-'));
  file = path.join(folder, 'secrets', 'key');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('secretAt', () => {
  it('makes a secret that only its owner can read, and gives the same one ever after', async () => {
    const secret = await secretAt(file);
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    expect(await secretAt(file)).toBe(secret);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(path.dirname(file))).mode & 0o777).toBe(0o700);
  });

  it('gives all that ask at once the same secret, and leaves nothing beside it', async () => {
    const secrets = await Promise.all(Array.from({ length: 20 }, () => secretAt(file)));
    expect(new Set(secrets).size).toBe(1);
    expect(await readdir(path.dirname(file))).toEqual(['key']);
  });

  it('refuses an empty file instead of making a new secret', async () => {
    await mkdir(path.dirname(file));
    await writeFile(file, '\n');
    await expect(secretAt(file)).rejects.toMatchObject({
      kind: 'environment',
      remedy: expect.stringContaining('Restore it'),
    });
    expect(await readFile(file, 'utf8')).toBe('\n');
  });

  it('does not overwrite what it cannot read', async () => {
    await mkdir(file, { recursive: true });
    await expect(secretAt(file)).rejects.toMatchObject({ code: 'EISDIR' });
  });
});
