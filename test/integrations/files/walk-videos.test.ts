import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { walkVideos, type PassedOver } from '../../../src/integrations/files/walk-videos.js';
import { HOSTILE_NAMES } from '../../support/hostile-names.js';

let root: string;
let passedOver: PassedOver[];

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'longplay-walk-'));
  await mkdir(path.join(root, 'videos'));
  passedOver = [];
});

afterEach(() => rm(root, { recursive: true, force: true }));

async function put(...names: string[]): Promise<void> {
  for (const name of names) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await writeFile(path.join(root, name), '');
  }
}

async function walk(own: { after?: string; folder?: string; signal?: AbortSignal } = {}): Promise<string[]> {
  const found: string[] = [];
  const { after, folder = 'videos', signal = new AbortController().signal } = own;
  const onPassedOver = (entry: PassedOver): void => void passedOver.push(entry);
  for await (const paths of walkVideos({ root, folder, after, signal, onPassedOver })) found.push(...paths);
  return found;
}

describe('walkVideos', () => {
  it('tells the paths of videos in the order of their bytes, folders among files', async () => {
    await put(
      'videos/a/x.mp4',
      'videos/a b.mp4',
      'videos/a-b.mp4',
      'videos/a.mp4',
      'videos/a0.mkv',
      'videos/Z.webm',
    );
    await put('videos/\u{1F600}.mp4', 'videos/\uFF01.mp4', 'videos/notes.txt', 'other/y.mp4');
    expect(await walk()).toEqual([
      'videos/Z.webm',
      'videos/a b.mp4',
      'videos/a-b.mp4',
      'videos/a.mp4',
      'videos/a/x.mp4',
      'videos/a0.mkv',
      'videos/\uFF01.mp4',
      'videos/\u{1F600}.mp4',
    ]);
  });

  it('passes over what is hidden, unfinished or a system’s own', async () => {
    await put(
      'videos/.x.mp4',
      'videos/.trash/a.mp4',
      'videos/@eaDir/a.mp4',
      'videos/a.mp4.part',
      'videos/b.partial.mp4',
    );
    await mkdir(path.join(root, 'videos/folder.mp4'));
    await put('videos/folder.mp4/inside.mp4');
    expect(await walk()).toEqual(['videos/folder.mp4/inside.mp4']);
    expect(passedOver).toEqual([]);
  });

  it('goes on after any path of a walk as if it had never stopped', async () => {
    const name = fc.constantFrom('a', 'a b', 'a-', 'a.mp4', 'b', 'é', '\u{1F600}');
    const file = fc.tuple(fc.array(name, { maxLength: 2 }), name).map(([folders, last]) => {
      return path.posix.join('videos', ...folders.map((folder) => `${folder}d`), `${last}.mp4`);
    });
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(file, { maxLength: 8 }), async (files) => {
        await rm(path.join(root, 'videos'), { recursive: true });
        await mkdir(path.join(root, 'videos'));
        await put(...files);
        const all = await walk();
        expect(all).toEqual(
          [...files].sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other))),
        );
        for (const [index, after] of all.entries())
          expect(await walk({ after })).toEqual(all.slice(index + 1));
      }),
      { numRuns: 25 },
    );
  });

  it('goes on after a path whose folder is there no more', async () => {
    await put('videos/a/1.mp4', 'videos/c/1.mp4');
    expect(await walk({ after: 'videos/b/9.mp4' })).toEqual(['videos/c/1.mp4']);
  });

  it('bears hostile names (no. 39)', async () => {
    await put(...HOSTILE_NAMES.map((name) => `videos/${name}`));
    expect((await walk()).toSorted()).toEqual(HOSTILE_NAMES.map((name) => `videos/${name}`).toSorted());
  });

  it('passes over a name that is no UTF-8, and what lies below such a folder', async () => {
    const bytes = (...parts: (string | number)[]) =>
      Buffer.concat(
        parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from([part]))),
      );
    await writeFile(bytes(path.join(root, 'videos/'), 0xff, '.mp4'), '');
    await mkdir(bytes(path.join(root, 'videos/folder'), 0xfe));
    await writeFile(bytes(path.join(root, 'videos/folder'), 0xfe, '/a.mp4'), '');
    await put('videos/real \uFFFD.mp4');
    expect(await walk()).toEqual(['videos/real \uFFFD.mp4']);
    expect(passedOver.map(({ what, why }) => [what, why])).toEqual([
      ['file', 'its name is no UTF-8'],
      ['file', 'its name is no UTF-8'],
    ]);
  });

  it('passes over a path that no row can hold', async () => {
    const deep = Array.from({ length: 9 }, () => 'd'.repeat(240)).join('/');
    await put(`videos/${deep}/a.mp4`, 'videos/b.mp4');
    expect(await walk()).toEqual(['videos/b.mp4']);
  });

  it('refuses links that leave the root, lead in circles or nowhere, or name what is found anyway', async () => {
    const outside = await mkdtemp(path.join(tmpdir(), 'longplay-outside-'));
    await writeFile(path.join(outside, 'secret.mp4'), '');
    await put('videos/a/real.mp4', '.hidden/h.mp4');
    const link = (target: string, at: string) => symlink(target, path.join(root, 'videos', at));
    await link(outside, 'out');
    await link(path.join(outside, 'secret.mp4'), 'secret.mp4');
    await link('..', 'up');
    await link('.', 'self');
    await link('again.mp4', 'again.mp4');
    await link('nowhere', 'nowhere.mp4');
    await link('a/real.mp4', 'twice.mp4');
    await link('../.hidden', 'hidden');
    expect(await walk()).toEqual(['videos/a/real.mp4']);
    expect(Object.fromEntries(passedOver.map(({ relative, why }) => [relative, why]))).toEqual({
      'videos/out': 'it leaves its root',
      'videos/secret.mp4': 'it leaves its root',
      'videos/up': 'what it names is found by its own name',
      'videos/self': 'what it names is found by its own name',
      'videos/again.mp4': 'it leads in circles',
      'videos/nowhere.mp4': 'it leads nowhere',
      'videos/twice.mp4': 'what it names is found by its own name',
      'videos/hidden': 'what it names is hidden',
    });
    await rm(outside, { recursive: true });
  });

  it('follows a link to another folder of the root, and there none to a further one', async () => {
    await put('films/f.mp4', 'more/m.mp4');
    await symlink('../films', path.join(root, 'videos/films'));
    await symlink('../more', path.join(root, 'films/more'));
    await symlink('../more/m.mp4', path.join(root, 'films/m.mp4'));
    expect(await walk()).toEqual(['videos/films/f.mp4', 'videos/films/m.mp4']);
  });

  it('ends with the reason of an abort, and with the error of a folder that is not there', async () => {
    await put('videos/a.mp4');
    const reason = new Error('paused');
    await expect(walk({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect(walk({ folder: 'nowhere' })).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
