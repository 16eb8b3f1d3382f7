import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import {
  link,
  mkdir,
  mkdtemp,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { placeFile } from '../../../src/integrations/files/place.js';
import { compileSource } from '../../support/compiled-source.js';

/** Files as from a network mount (CIFS, NFS with squashed users) that lets nobody set rights or times. */
const REFUSING = `
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const refused = [];
for (const name of ['chmod', 'utimes', 'lutimes', 'chown']) {
  fs.promises[name] = () => {
    refused.push(name);
    return Promise.reject(Object.assign(new Error('EPERM: operation not permitted'), { code: 'EPERM' }));
  };
}
syncBuiltinESMExports();
const { placeFile } = await import('./src/integrations/files/place.js');
const [source, target] = process.argv.slice(2);
const placed = await placeFile({ source, target, signal: new AbortController().signal });
process.stdout.write(JSON.stringify({ ...placed, refused }));
`;

const MEGABYTE = 1024 * 1024;
const { signal } = new AbortController();
let folder: string;
/** Another file system, where no link leads. */
let elsewhere: string;
let target: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longplay-place-'));
  elsewhere = await mkdtemp('/dev/shm/longplay-place-');
  target = path.join(folder, 'target.mp3');
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
  await rm(elsewhere, { recursive: true, force: true });
});

async function writeSource(content: Buffer | string): Promise<string> {
  const source = path.join(elsewhere, 'source.mp3');
  await writeFile(source, content);
  return source;
}

describe('placeFile', () => {
  it('links on one disk, so that the file takes no room twice', async () => {
    const source = path.join(folder, 'source.mp3');
    await writeFile(source, 'sound');
    const { dev, ino } = await stat(source, { bigint: true });
    const link = { mode: 'hardlink', sizeBytes: 5, sha256: null, inode: `${dev}:${ino}` };
    expect(await placeFile({ source, target, signal })).toEqual(link);
    expect((await stat(target, { bigint: true })).ino).toBe(ino);
  });

  it('copies between disks, keeps the time, and tells each byte once (no. 33)', async () => {
    const content = Buffer.alloc(3 * MEGABYTE + 1, 'abc');
    const source = await writeSource(content);
    await utimes(source, 1_000_000, 1_000_000);
    let bytes = 0;
    const placed = await placeFile({ source, target, signal, onBytes: (more) => (bytes += more) });
    const sha256 = createHash('sha256').update(content).digest('hex');
    expect(placed).toEqual({ mode: 'copy', sizeBytes: content.length, sha256 });
    expect(bytes).toBe(content.length);
    expect((await stat(target)).mtimeMs).toBe(1_000_000_000);
  });

  it('copies to a mount that refuses chmod and utimes, which is no failure (no. 32)', async () => {
    const source = await writeSource('sound');
    const compiled = await compileSource(['domain', 'integrations/files']);
    try {
      const entry = await compiled.writeEntry(REFUSING);
      const told = execFileSync(process.execPath, [entry, source, target], { encoding: 'utf8' });
      expect(JSON.parse(told)).toMatchObject({ mode: 'copy', sizeBytes: 5, refused: ['utimes'] });
      expect(await readFile(target, 'utf8')).toBe('sound');
    } finally {
      await compiled.remove();
    }
  });

  it('copies a file with holes in full, and an empty one', async () => {
    const source = await writeSource('');
    await truncate(source, 2 * MEGABYTE);
    const sha256 = createHash('sha256')
      .update(Buffer.alloc(2 * MEGABYTE))
      .digest('hex');
    expect(await placeFile({ source, target, signal })).toMatchObject({ sizeBytes: 2 * MEGABYTE, sha256 });
    await truncate(source, 0);
    expect(await placeFile({ source, target, signal })).toMatchObject({ sizeBytes: 0 });
  });

  it('does not write through what an older attempt has left under its name', async () => {
    const source = await writeSource('new');
    const old = path.join(folder, 'old.mp3');
    await writeFile(old, 'old');
    await link(old, target);
    await placeFile({ source, target, signal });
    expect((await stat(old)).size).toBe(3);
    expect((await stat(old)).ino).not.toBe((await stat(target)).ino);
  });

  it.each([
    [
      'grows',
      (source: string) => {
        appendFileSync(source, 'more');
      },
    ],
    [
      'is rewritten with the same size',
      (source: string) => {
        writeFileSync(source, Buffer.alloc(2 * MEGABYTE, 'z'));
      },
    ],
    [
      'is replaced',
      (source: string) => {
        renameSync(`${source}.new`, source);
      },
    ],
  ])('refuses a source that %s meanwhile', async (_how, change) => {
    const source = await writeSource(Buffer.alloc(2 * MEGABYTE));
    await writeFile(`${source}.new`, Buffer.alloc(2 * MEGABYTE));
    await utimes(source, 1_000_000, 1_000_000);
    let changed = false;
    const onBytes = (): void => {
      if (!changed) change(source);
      changed = true;
    };
    await expect(placeFile({ source, target, signal, onBytes })).rejects.toMatchObject({ kind: 'transient' });
  });

  it('refuses links, folders and pipes, which would put a name or nothing into the library', async () => {
    const source = await writeSource('sound');
    const linked = path.join(elsewhere, 'link.mp3');
    await symlink(source, linked);
    const pipe = path.join(elsewhere, 'pipe.mp3');
    execFileSync('mkfifo', [pipe]);
    const inner = path.join(elsewhere, 'folder.mp3');
    await mkdir(inner);
    for (const odd of [linked, pipe, inner]) {
      await expect(placeFile({ source: odd, target, signal })).rejects.toMatchObject({ kind: 'bad_input' });
      await expect(stat(target)).rejects.toThrow('ENOENT');
    }
  });

  it('throws the reason of an abort between two chunks', async () => {
    const source = await writeSource(Buffer.alloc(3 * MEGABYTE));
    const stop = new AbortController();
    const reason = new Error('shutdown');
    const onBytes = (): void => {
      stop.abort(reason);
    };
    await expect(placeFile({ source, target, signal: stop.signal, onBytes })).rejects.toBe(reason);
  });
});
