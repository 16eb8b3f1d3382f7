import { link, mkdir } from 'node:fs/promises';
import path from 'node:path';

import { steps } from '../../../src/activities/acquisition/library-steps.js';
import { DEFAULT_PATH_TEMPLATE } from '../../../src/domain/acquisition/path-template.js';
import { saveLibrary } from '../../../src/store/acquisition/libraries.js';
import { stepOf } from '../../activities/acquisition/fixture.js';
import type { Part } from '../harness/bench.js';
import { median } from '../harness/quantile.js';
import { openParts, type OwnParts } from './own-parts.js';
import type { AcquisitionStage } from './stage.js';

const BOOKS = 2_000;
const FILES_PER_BOOK = 10;
const RESCANS = 5;
const LIBRARY = 'books';

/** A folder library of 20,000 files: read for the first time, each by ffprobe, and again with nothing changed. */
export const scanFolders: Part<AcquisitionStage> = {
  name: 'scan',
  measure: async () => {
    const parts = await openParts();
    try {
      await fill(parts);
      return await measure(parts);
    } finally {
      await parts.close();
    }
  },
};

/** All files are links to one short file: a scan looks at names, sizes and times, and ffprobe at what is inside. */
async function fill({ deps, folder }: OwnParts): Promise<void> {
  const sound = path.join(folder, 'one.mp3');
  await deps.media.run({
    ...{ inputs: [{ lavfi: 'sine=duration=1' }], output: sound, options: [] },
    signal: AbortSignal.timeout(30_000),
  });
  await saveLibrary(deps.db, {
    ...{ id: LIBRARY, name: 'Books', kind: 'folder', root: 'library:', enabled: true },
    ...{ pathTemplate: DEFAULT_PATH_TEMPLATE, mediaTypes: ['audiobook'] },
  });
  const library = deps.roots.folderOf('library');
  for (let book = 0; book < BOOKS; book += 1) {
    const at = path.join(library, `Author ${book % 200}`, `Title ${book}`);
    await mkdir(at, { recursive: true });
    for (let file = 1; file <= FILES_PER_BOOK; file += 1) await link(sound, path.join(at, `${file}.mp3`));
  }
}

async function measure({ deps }: OwnParts): ReturnType<Part<AcquisitionStage>['measure']> {
  const { scanLibrary } = steps.create(deps);
  const files = BOOKS * FILES_PER_BOOK;
  const perSecond = async (): Promise<number> => {
    const begun = performance.now();
    const { items } = await scanLibrary({ libraryId: LIBRARY }, stepOf());
    if (items !== BOOKS) throw new Error(`The scan found ${items} items, expected ${BOOKS}`);
    return files / ((performance.now() - begun) / 1_000);
  };
  const first = await perSecond();
  const again: number[] = [];
  for (let scan = 0; scan < RESCANS; scan += 1) again.push(await perSecond());
  return [
    { name: `scan ${files} files for the first time`, value: first, unit: 'files/s' },
    {
      name: `scan ${files} files again, unchanged`,
      value: median(again),
      unit: 'files/s',
      goal: { kind: 'atLeast', value: 10_000 },
    },
  ];
}
