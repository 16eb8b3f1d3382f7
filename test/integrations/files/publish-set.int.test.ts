import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { publishSet, type PublishSet, type SetFile } from '../../../src/integrations/files/publish-set.js';
import { canMount, createDisks } from '../../support/disks.js';
import { BOOK, NAMES, setOf, targetIn, treeOf, writeSources } from './sets.js';

const WHOLE = ['Some Author/', `${BOOK}/`, ...NAMES.map((name) => `${BOOK}/${name}`)].sort();
const NOBODY = 65_534;

const disks = createDisks();
const onDisks = canMount ? it : it.skip;
let folder: string;
let root: string;
let files: SetFile[];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longplay-disks-'));
  root = path.join(folder, 'library');
  await mkdir(root);
  files = await writeSources(path.join(folder, 'download'), 400_000);
});

afterEach(async () => {
  disks.unmountAll();
  await rm(folder, { recursive: true, force: true });
});

async function modes(set: PublishSet): Promise<string[]> {
  return (await publishSet(set)).map(({ mode }) => mode);
}

describe('publishSet on real disks', () => {
  onDisks('copies across two mounts of one disk, whose device numbers are equal (no. 34)', async () => {
    await mkdir(path.join(folder, 'other'));
    await disks.mountBind(path.join(folder, 'other'), root);
    expect(await modes(setOf(files, targetIn(root)))).toEqual(['written', 'copy', 'copy']);
    expect(await treeOf(root)).toEqual(WHOLE);
  });

  onDisks('copies to another disk', async () => {
    await disks.mountTmpfs(root, '4m');
    expect(await modes(setOf(files, targetIn(root)))).toEqual(['written', 'copy', 'copy']);
    expect(await treeOf(root)).toEqual(WHOLE);
  });

  onDisks('stages on the disk of a target folder that is a mount of its own', async () => {
    await disks.mountTmpfs(path.join(root, BOOK), '4m');
    expect(await modes(setOf(files, targetIn(root, BOOK)))).toEqual(['written', 'copy', 'copy']);
    expect(await treeOf(root)).toEqual(WHOLE);
  });

  onDisks('shows nothing while the disk is full, and goes on when there is room', async () => {
    await disks.mountTmpfs(root, '1m');
    await writeFile(path.join(root, 'other.bin'), Buffer.alloc(500_000));
    await expect(publishSet(setOf(files, targetIn(root)))).rejects.toMatchObject({
      kind: 'environment',
      waitingReason: 'disk_full',
    });
    expect(await treeOf(root)).toEqual(['other.bin']);
    await rm(path.join(root, 'other.bin'));
    await publishSet(setOf(files, targetIn(root)));
    expect(await treeOf(root)).toEqual(WHOLE);
  });

  onDisks('waits for the mount while the disk is read-only', async () => {
    await disks.mountTmpfs(root, '4m');
    disks.remount(root, 'ro');
    await expect(publishSet(setOf(files, targetIn(root)))).rejects.toMatchObject({
      kind: 'environment',
      waitingReason: 'mount_gone',
    });
    disks.remount(root, 'rw');
    await publishSet(setOf(files, targetIn(root)));
    expect(await treeOf(root)).toEqual(WHOLE);
  });

  onDisks(
    'tells of the mount, not of its own tidying, when the disk becomes read-only in the middle',
    async () => {
      await disks.mountTmpfs(root, '4m');
      const verify = ({ name }: { name: string }): Promise<void> => {
        if (name.startsWith('1')) disks.remount(root, 'ro');
        return Promise.resolve();
      };
      await expect(publishSet(setOf(files, targetIn(root), { verify }))).rejects.toMatchObject({
        kind: 'environment',
        waitingReason: 'mount_gone',
      });
      disks.remount(root, 'rw');
      await publishSet(setOf(files, targetIn(root)));
      expect(await treeOf(root)).toEqual(WHOLE);
    },
  );

  onDisks('asks for the right to write where it has none', async () => {
    await chmod(folder, 0o755);
    process.seteuid?.(NOBODY);
    try {
      await expect(publishSet(setOf(files, targetIn(root)))).rejects.toMatchObject({
        kind: 'environment',
        waitingReason: 'mount_gone',
        cause: { code: 'EACCES' },
      });
    } finally {
      process.seteuid?.(0);
    }
    expect(await treeOf(root)).toEqual([]);
  });

  onDisks('asks for the right to read a source that it may not read', async () => {
    await chmod(folder, 0o755);
    await chmod(root, 0o777);
    for (const file of files) if ('source' in file) await chmod(file.source, 0o600);
    process.seteuid?.(NOBODY);
    try {
      await expect(publishSet(setOf(files, targetIn(root)))).rejects.toMatchObject({ kind: 'environment' });
    } finally {
      process.seteuid?.(0);
    }
    expect(await treeOf(root)).toEqual([]);
  });

  onDisks('waits where a folder is made unchangeable', async () => {
    execFileSync('chattr', ['+i', root]);
    try {
      await expect(publishSet(setOf(files, targetIn(root)))).rejects.toMatchObject({ kind: 'environment' });
    } finally {
      execFileSync('chattr', ['-i', root]);
    }
    expect(await treeOf(root)).toEqual([]);
  });
});
