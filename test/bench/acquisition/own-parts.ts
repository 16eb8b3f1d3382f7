import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { ActivityDeps } from '../../../src/activities/deps.js';
import { catalogue } from '../../../src/catalogue/index.js';
import { ROOTS, type Root } from '../../../src/domain/logical-path.js';
import { choosePort } from '../../../src/embedded/ports.js';
import { startPostgres } from '../../../src/embedded/postgres.js';
import { createIntegrations } from '../../../src/integrations/create.js';
import { createRoots } from '../../../src/integrations/files/roots.js';
import { createMediaTools } from '../../../src/media/tools.js';
import { createDatabase } from '../../../src/store/database.js';
import { migrate } from '../../../src/store/migrate.js';
import { createSeal } from '../../../src/store/seal.js';

/** What steps are given, on a Postgres of the bench's own; no Temporal, which steps do not ask. */
export interface OwnParts {
  deps: ActivityDeps;
  folder: string;
  close: () => Promise<void>;
}

const silent = (): void => undefined;
const opened = new Set<OwnParts>();

/** Of a bench that is stopped in the middle of a part. */
export async function closeAllParts(): Promise<void> {
  await Promise.all([...opened].map((parts) => parts.close()));
}

/** `places`: host folders of roots that are not below the bench's own. */
export async function openParts(places: Partial<Record<Root, string>> = {}): Promise<OwnParts> {
  const folder = await mkdtemp(path.join(tmpdir(), 'longplay-bench-'));
  const log = { info: silent, warn: silent, error: silent };
  const postgres = await startPostgres({ dataFolder: folder, log, port: await choosePort(0) });
  const close = async (): Promise<void> => {
    await postgres.service.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await migrate({ connectionString: postgres.url });
  } catch (error) {
    await close();
    throw error;
  }
  const db = createDatabase({ connectionString: postgres.url, maxConnections: 4, applicationName: 'bench' });
  const roots = Object.fromEntries(ROOTS.map((root) => [root, places[root] ?? path.join(folder, root)]));
  const deps = {
    ...{ db, log, catalogue, seal: createSeal('of-the-bench'), integrations: createIntegrations() },
    roots: createRoots(roots as Record<Root, string>, { madeBelow: folder }),
    media: createMediaTools({
      ffmpegPath: 'ffmpeg',
      ffprobePath: 'ffprobe',
      programFolder: path.join(folder, 'bin'),
    }),
    temporal: { signal: () => Promise.resolve(true) },
    workerId: 'bench',
  } as unknown as ActivityDeps;
  const parts: OwnParts = {
    deps,
    folder,
    close: async () => {
      if (!opened.delete(parts)) return;
      await db.close();
      await close();
    },
  };
  opened.add(parts);
  return parts;
}
