import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import type { PublishSet, SetFile } from '../../../src/integrations/files/publish-set.js';
import type { Target } from '../../../src/integrations/files/target.js';

export const BOOK = 'Some Author/Some Book';
export const NAMES = ['metadata.json', '1 - Some Book.mp3', '2 - Some Book.mp3'];

/** A sidecar and two sound files, as an import publishes them. */
export async function writeSources(folder: string, bytes = 1_000): Promise<SetFile[]> {
  await mkdir(folder, { recursive: true });
  const sources = ['one.mp3', 'two.mp3'].map((name) => path.join(folder, name));
  for (const [index, source] of sources.entries()) await writeFile(source, Buffer.alloc(bytes, index + 1));
  return [
    { name: 'metadata.json', text: '{"title":"Some Book"}\n' },
    ...sources.map((source, index) => ({ name: `${index + 1} - Some Book.mp3`, source })),
  ];
}

export function targetIn(root: string, kept = ''): Target {
  return { root, path: BOOK, kept };
}

/** A set in which everything goes well, but for what the test says. */
export function setOf(files: readonly SetFile[], target: Target, own: Partial<PublishSet> = {}): PublishSet {
  const nothing = (): Promise<void> => Promise.resolve();
  return {
    target,
    files,
    attemptId: randomUUID(),
    earlier: [],
    record: nothing,
    fence: nothing,
    verify: nothing,
    signal: new AbortController().signal,
    ...own,
  };
}

/** Everything below a folder, hidden names too; folders end with `/`. */
export async function treeOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .map((entry) => {
      const relative = path.relative(folder, path.join(entry.parentPath, entry.name));
      return entry.isDirectory() ? `${relative}/` : relative;
    })
    .sort();
}

/** The whole book and nothing else, each file with its own content. */
export async function readBook(root: string): Promise<Record<string, string>> {
  const folder = path.join(root, BOOK);
  const names = await readdir(folder);
  const texts = await Promise.all(names.map((name) => readFile(path.join(folder, name), 'latin1')));
  return Object.fromEntries(names.map((name, index) => [name, texts[index] ?? '']));
}
