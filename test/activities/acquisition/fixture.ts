import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { NO_NEEDS } from '../../../src/domain/jobs/leases.js';
import type { ActivityDeps } from '../../../src/activities/deps.js';
import type { StepContext } from '../../../src/activities/jobs/step.js';
import { DEFAULT_PATH_TEMPLATE } from '../../../src/domain/acquisition/path-template.js';
import { saveLibrary } from '../../../src/store/acquisition/libraries.js';
import { createTestParts } from '../../support/core.js';
import { endRuns } from '../../support/end-runs.js';
import { createTestDatabase } from '../../support/servers.js';

export const LIBRARY = 'books';

/** A database, roots and FFmpeg of their own for the steps of one test file. */
export interface Fixture {
  folder: string;
  deps: ActivityDeps;
  /** Host folder of the library. */
  library: string;
  /** Makes a sound file by FFmpeg; the extension says the format. */
  makeSound: (file: string, options?: { seconds?: number; tags?: Record<string, string> }) => Promise<void>;
  close: () => Promise<void>;
}

export async function createFixture(): Promise<Fixture> {
  const database = await createTestDatabase();
  const folder = await mkdtemp(path.join(tmpdir(), 'longplay-steps-'));
  const deps = createTestParts(database.db, folder);
  await saveLibrary(deps.db, {
    id: LIBRARY,
    name: 'Books',
    kind: 'folder',
    root: 'library:Books',
    pathTemplate: DEFAULT_PATH_TEMPLATE,
    mediaTypes: ['audiobook'],
    enabled: true,
  });
  const library = path.join(folder, 'library', 'Books');
  await mkdir(library);
  return {
    folder,
    deps,
    library,
    makeSound: async (file, { seconds = 2, tags = {} } = {}) => {
      await mkdir(path.dirname(file), { recursive: true });
      const metadata = Object.entries(tags).flatMap(([name, value]) => ['-metadata', `${name}=${value}`]);
      await deps.media.run({
        inputs: [{ lavfi: `sine=duration=${seconds}` }],
        output: file,
        options: [...metadata],
        signal: AbortSignal.timeout(30_000),
      });
    },
    close: async () => {
      await endRuns(deps);
      await deps.temporal.close();
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** An attempt in which everything goes well, but for what the test says. */
export function stepOf(own: Partial<StepContext> = {}): StepContext & { lines: string[] } {
  const lines: string[] = [];
  const nothing = (): Promise<void> => Promise.resolve();
  return {
    jobId: 'job-test',
    attemptId: randomUUID(),
    attempt: 1,
    signal: new AbortController().signal,
    checkpoint: undefined,
    needs: NO_NEEDS,
    useOnly: () => undefined,
    saveCheckpoint: nothing,
    progress: () => undefined,
    fence: nothing,
    log: (_level, message) => lines.push(message),
    lines,
    ...own,
  };
}
