import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { link, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import {
  dropFromBin,
  moveToBin,
  restoreFromBin,
  type BinMove,
} from '../../../src/integrations/files/recycle-bin.js';
import { compileSource, type CompiledSource } from '../../support/compiled-source.js';
import { canMount, createDisks } from '../../support/disks.js';
import { treeOf } from './sets.js';

/** Moves or restores, and kills itself before its n-th change to the disk; `noLinks`: a file system without any. */
const MOVER = `
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const { killAt, noLinks, what, move } = JSON.parse(process.argv[2]);
let changes = 0;
for (const name of ['mkdir', 'rename', 'link', 'rm', 'rmdir', 'open']) {
  const real = fs.promises[name];
  fs.promises[name] = (...args) => {
    changes += 1;
    if (changes === killAt) process.kill(process.pid, 'SIGKILL');
    if (name === 'link' && noLinks) return Promise.reject(Object.assign(new Error('no links'), { code: 'EPERM' }));
    return real(...args);
  };
}
syncBuiltinESMExports();
const { moveToBin, restoreFromBin } = await import('./src/integrations/files/recycle-bin.js');
if (what === 'move') await moveToBin(move);
else await restoreFromBin(move, { begun: true });
process.stdout.write(String(changes));
`;

const FROM = 'Books/Author/Book/CD1/01.mp3';
const TO = `Books/.longplay-recycle/2026-11-26/recycled-1/Author/Book/CD1/01.mp3`;

let folder: string;
let source: CompiledSource;
let entry: string;
let root: string;
let move: BinMove;
let scenes = 0;
const disks = createDisks();

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longplay-bin-'));
  source = await compileSource(['domain', 'integrations/files']);
  entry = await source.writeEntry(MOVER);
});

beforeEach(async () => {
  root = path.join(folder, String((scenes += 1)));
  await mkdir(path.join(root, path.dirname(FROM)), { recursive: true });
  await writeFile(path.join(root, FROM), 'sound');
  move = { root, from: FROM, to: TO, bin: 'Books/.longplay-recycle' };
});

afterEach(() => {
  disks.unmountAll();
});

afterAll(async () => {
  await source.remove();
  await rm(folder, { recursive: true, force: true });
});

/** The number of changes, or undefined when it was killed. */
async function apart(what: 'move' | 'restore', killAt: number, noLinks = false): Promise<number | undefined> {
  const child = spawn(process.execPath, [entry, JSON.stringify({ killAt, noLinks, what, move })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  if (signal === 'SIGKILL') return undefined;
  expect(code).toBe(0);
  return Number(said);
}

async function filesOf(): Promise<string[]> {
  return (await treeOf(root)).filter((name) => !name.endsWith('/'));
}

describe('the recycle bin', () => {
  it('takes a file by one rename, so that its other names stay, and puts it back', async () => {
    const seeding = path.join(root, 'seeding.mp3');
    await link(path.join(root, FROM), seeding);
    const { ino } = await stat(seeding);
    expect(await moveToBin(move)).toBe(true);
    expect(await filesOf()).toEqual([TO, 'seeding.mp3']);
    expect((await stat(path.join(root, TO))).ino).toBe(ino);
    await restoreFromBin(move, { begun: false });
    expect(await treeOf(root)).toEqual([
      'Books/',
      'Books/.longplay-recycle/',
      'Books/Author/',
      'Books/Author/Book/',
      'Books/Author/Book/CD1/',
      FROM,
      'seeding.mp3',
    ]);
    expect(await readFile(seeding, 'utf8')).toBe('sound');
  });

  it('says when there is nothing to take, and takes no folder', async () => {
    expect(await moveToBin({ ...move, from: 'Books/Author/Book/none.mp3' })).toBe(false);
    await expect(moveToBin({ ...move, from: 'Books/Author/Book' })).rejects.toMatchObject({
      kind: 'bad_input',
    });
    expect(await filesOf()).toEqual([FROM]);
  });

  it.each([true, false])('never replaces a file that has come since (restored before: %s)', async (begun) => {
    await moveToBin(move);
    await writeFile(path.join(root, FROM), 'another');
    await expect(restoreFromBin(move, { begun })).rejects.toThrow('Another file has the name 01.mp3 by now');
    expect(await readFile(path.join(root, FROM), 'utf8')).toBe('another');
    expect(await readFile(path.join(root, TO), 'utf8')).toBe('sound');
  });

  it('makes the folders of a restored file again, and tells when the bin has it no more', async () => {
    await moveToBin(move);
    await rm(path.join(root, 'Books/Author'), { recursive: true });
    await restoreFromBin(move, { begun: false });
    expect(await filesOf()).toEqual([FROM]);
    await rm(path.join(root, FROM));
    await expect(restoreFromBin(move, { begun: false })).rejects.toMatchObject({ kind: 'gone' });
  });

  it('removes for good with the folders that are empty then, once and again', async () => {
    await moveToBin(move);
    await dropFromBin(move);
    await dropFromBin(move);
    expect(await treeOf(path.join(root, 'Books/.longplay-recycle'))).toEqual([]);
  });

  it.each([
    ['move', false],
    ['restore', false],
    ['restore', true],
  ] as const)(
    'ends right after kill -9 at any change: %s (file system without links: %s)',
    async (what, noLinks) => {
      const [start, end] = what === 'move' ? [FROM, TO] : [TO, FROM];
      const scene = root;
      const changes = (what === 'restore' && (await moveToBin(move)), await apart(what, 0, noLinks)) ?? 0;
      expect(changes).toBeGreaterThan(2);
      for (let killAt = 1; killAt <= changes; killAt += 1) {
        root = path.join(scene, String(killAt));
        move = { ...move, root };
        await mkdir(path.join(root, path.dirname(start)), { recursive: true });
        await writeFile(path.join(root, start), 'sound');
        expect(await apart(what, killAt, noLinks)).toBeUndefined();
        const left = await Promise.all(
          (await filesOf()).map((name) => readFile(path.join(root, name), 'utf8')),
        );
        expect(left).toContain('sound');
        expect(await apart(what, 0, noLinks)).toBeDefined();
        expect(await filesOf()).toEqual([end]);
        expect(await readFile(path.join(root, end), 'utf8')).toBe('sound');
      }
    },
    60_000,
  );

  (canMount ? it : it.skip)('refuses a file on another disk than its bin, and leaves it there', async () => {
    await disks.mountTmpfs(path.join(root, 'Books/Author/Book'), '1M');
    await writeFile(path.join(root, 'Books/Author/Book/01.mp3'), 'sound');
    const other = { ...move, from: 'Books/Author/Book/01.mp3' };
    await expect(moveToBin(other)).rejects.toThrow('lies on another disk than the recycle bin');
    expect(await readFile(path.join(root, 'Books/Author/Book/01.mp3'), 'utf8')).toBe('sound');
  });
});
