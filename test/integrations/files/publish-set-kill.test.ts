import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import {
  publishSet,
  withdrawSet,
  type PublishedFile,
  type SetFile,
  type StagedFile,
} from '../../../src/integrations/files/publish-set.js';
import { compileSource, type CompiledSource } from '../../support/compiled-source.js';
import { BOOK, NAMES, readBook, setOf, targetIn, treeOf, writeSources } from './sets.js';

/**
 * A process that publishes, and kills itself before its n-th change to the disk: every point at which a
 * power cut could come, one by one. `recorded.json` stands for the row that an attempt writes.
 */
const PUBLISHER = `
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const { killAt, recorded, amended, ...set } = JSON.parse(process.argv[2]);
let changes = 0;
const count = () => {
  changes += 1;
  if (changes === killAt) process.kill(process.pid, 'SIGKILL');
};
for (const name of ['mkdir', 'rename', 'link', 'rm', 'rmdir', 'writeFile', 'copyFile', 'open', 'utimes']) {
  const real = fs.promises[name];
  fs.promises[name] = (...args) => {
    count();
    return real(...args);
  };
}
syncBuiltinESMExports();
const { publishSet } = await import('./src/integrations/files/publish-set.js');
const nothing = async () => undefined;
const record = async (files) => fs.writeFileSync(recorded, JSON.stringify(files));
const { signal } = new AbortController();
// As tags are written: beside the staged file, then over it.
const amend = async ({ hostPath }) => {
  await fs.promises.writeFile(hostPath + '.new', 'amended');
  await fs.promises.rename(hostPath + '.new', hostPath);
  return true;
};
await publishSet({ ...set, ...(amended ? { amend } : {}), earlier: [], record, fence: nothing, verify: nothing, signal });
process.stdout.write(String(changes));
`;

const FIRST_ATTEMPT = '11111111-1111-4111-8111-111111111111';
const published = z.array(z.custom<PublishedFile>());

let folder: string;
let source: CompiledSource;
let entry: string;
let files: SetFile[];
let sources: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longplay-kill-'));
  source = await compileSource(['domain', 'integrations/files']);
  entry = await source.writeEntry(PUBLISHER);
  // Another file system than the target's, so that the files are copied.
  sources = await mkdtemp('/dev/shm/longplay-kill-');
  files = await writeSources(sources);
});

afterAll(async () => {
  await source.remove();
  await rm(folder, { recursive: true, force: true });
  await rm(sources, { recursive: true, force: true });
});

interface Scene {
  root: string;
  recorded: string;
}

let scenes = 0;

/** `foreign`: the target folder is somebody's already. */
async function setScene(foreign: boolean): Promise<Scene> {
  const scene = path.join(folder, String((scenes += 1)));
  const root = path.join(scene, 'library');
  await mkdir(foreign ? path.join(root, BOOK) : root, { recursive: true });
  if (foreign) await writeFile(path.join(root, BOOK, 'notes.txt'), 'keep');
  return { root, recorded: path.join(scene, 'recorded.json') };
}

/** Resolves with the number of changes, or undefined when it was killed. */
async function publishApart(
  { root, recorded }: Scene,
  { killAt, kept, amended = false }: { killAt: number; kept: string; amended?: boolean },
): Promise<number | undefined> {
  const set = { target: targetIn(root, kept), files, attemptId: FIRST_ATTEMPT, killAt, recorded, amended };
  const child = spawn(process.execPath, [entry, JSON.stringify(set)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  if (signal === 'SIGKILL') return undefined;
  if (code !== 0) throw new Error(`The publisher ended with ${code}`);
  return Number(said);
}

async function readRecorded({ recorded }: Scene): Promise<PublishedFile[]> {
  return published.parse(JSON.parse(await readFile(recorded, 'utf8').catch(() => '[]')));
}

async function countChanges(foreign: boolean, amended = false): Promise<number> {
  const kept = foreign ? BOOK : '';
  const changes = await publishApart(await setScene(foreign), { killAt: 0, kept, amended });
  expect(changes).toBeGreaterThan(8);
  return changes ?? 0;
}

function visible(names: readonly string[]): string[] {
  return names.filter((name) => !name.split('/').some((part) => part.startsWith('.')));
}

describe('publishSet after kill -9', () => {
  it('shows none or all at every moment where the folder is its own, and a repeat ends with one whole set', async () => {
    const wanted = ['Some Author/', `${BOOK}/`, ...NAMES.map((name) => `${BOOK}/${name}`)].sort();
    const changes = await countChanges(false);
    let wholeAfterKill = 0;
    for (let killAt = 1; killAt <= changes; killAt += 1) {
      const scene = await setScene(false);
      expect(await publishApart(scene, { killAt, kept: '' })).toBeUndefined();
      const seen = visible(await treeOf(scene.root)).filter((name) => !name.endsWith('/'));
      expect([[], wanted.filter((name) => !name.endsWith('/'))]).toContainEqual(seen);
      wholeAfterKill += seen.length > 0 ? 1 : 0;
      const earlier = await readRecorded(scene);
      const result = await publishSet(setOf(files, targetIn(scene.root), { earlier }));
      expect(result.map(({ mode }) => mode)).toEqual(['written', 'copy', 'copy']);
      expect(await treeOf(scene.root)).toEqual(wanted);
      expect((await readBook(scene.root))['2 - Some Book.mp3']).toBe('\u0002'.repeat(1_000));
    }
    // Both sides of the one rename were met.
    expect(wholeAfterKill).toBeGreaterThan(0);
  }, 120_000);

  it('ends with one whole set beside the files of others, wherever it was killed', async () => {
    const changes = await countChanges(true);
    for (let killAt = 1; killAt <= changes; killAt += 1) {
      const scene = await setScene(true);
      expect(await publishApart(scene, { killAt, kept: BOOK })).toBeUndefined();
      const earlier = await readRecorded(scene);
      await publishSet(setOf(files, targetIn(scene.root, BOOK), { earlier }));
      const book = await readBook(scene.root);
      expect(Object.keys(book).sort()).toEqual([...NAMES, 'notes.txt'].sort());
      expect(book['notes.txt']).toBe('keep');
    }
  }, 120_000);

  it.each([false, true])(
    'ends with amended copies alone, wherever it was killed (beside others: %s)',
    async (foreign) => {
      const kept = foreign ? BOOK : '';
      const changes = await countChanges(foreign, true);
      for (let killAt = 1; killAt <= changes; killAt += 1) {
        const scene = await setScene(foreign);
        await publishApart(scene, { killAt, kept, amended: true });
        const amend = async ({ hostPath }: StagedFile): Promise<boolean> => {
          await writeFile(hostPath, 'amended');
          return true;
        };
        const earlier = await readRecorded(scene);
        await publishSet(setOf(files, targetIn(scene.root, kept), { earlier, amend }));
        const { 'notes.txt': notes, 'metadata.json': sidecar, ...book } = await readBook(scene.root);
        expect([notes, typeof sidecar]).toEqual([foreign ? 'keep' : undefined, 'string']);
        expect(book).toEqual({ [NAMES[1] ?? '']: 'amended', [NAMES[2] ?? '']: 'amended' });
      }
    },
    120_000,
  );

  it.each([false, true])(
    'leaves nothing behind when it is withdrawn instead (beside others: %s)',
    async (foreign) => {
      const kept = foreign ? BOOK : '';
      const changes = await countChanges(foreign);
      for (let killAt = 1; killAt <= changes; killAt += 1) {
        const scene = await setScene(foreign);
        await publishApart(scene, { killAt, kept });
        await withdrawSet(targetIn(scene.root, kept), await readRecorded(scene));
        const left = foreign ? ['Some Author/', `${BOOK}/`, `${BOOK}/notes.txt`] : [];
        expect(await treeOf(scene.root)).toEqual(left);
      }
    },
    120_000,
  );
});
