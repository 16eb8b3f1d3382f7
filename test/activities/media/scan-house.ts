import { copyFile, mkdir, mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { ActivityDeps } from '../../../src/activities/deps.js';
import type { StepContext } from '../../../src/activities/jobs/step.js';
import {
  steps,
  type ScanAnswer,
  type ScanResult,
  type ScanSlice,
} from '../../../src/activities/media/scan-steps.js';
import type { DescribeSource } from '../../../src/media/source/describe.js';
import { createTestParts } from '../../support/core.js';
import { createTestDatabase } from '../../support/servers.js';
import { makeVideo } from '../../support/video-fixtures.js';
import { stepOf } from '../acquisition/fixture.js';

/** What tests ask of a row. */
export interface StoredVideo {
  id: string;
  path: string;
  valid: boolean | null;
  invalid_reason: string | null;
  playable: boolean | null;
  unplayable_reasons: string[];
  missing_since: Date | null;
  reencode_proposed_at: Date | null;
  [column: string]: unknown;
}

/** Folders, rows and FFmpeg for the scans of one test file; each test begins with none of either. */
export interface ScanHouse {
  deps: ActivityDeps;
  /** Host path of a file below `library:videos`, or below another folder. */
  at: (name: string, folder?: string) => string;
  /** A film of a second, dated an hour ago; `name` says its container. */
  put: (name: string, folder?: string) => Promise<string>;
  scan: (own?: Partial<ScanSlice>, step?: Partial<StepContext>) => Promise<ScanAnswer>;
  /** A scan that ends in one slice. */
  result: (own?: Partial<ScanSlice>) => Promise<ScanResult>;
  rows: () => Promise<StoredVideo[]>;
  missing: () => Promise<string[]>;
  /** Names of the files that ffprobe was asked about since the last call. */
  opened: () => string[];
  /** What happens just before ffprobe looks at a file. */
  beforeOpening: (act: (hostPath: string) => Promise<void>) => void;
  clear: () => Promise<void>;
  close: () => Promise<void>;
}

const AN_HOUR_AGO = Date.now() / 1_000 - 3_600;

export async function openScanHouse(): Promise<ScanHouse> {
  const database = await createTestDatabase();
  const folder = await mkdtemp(path.join(tmpdir(), 'longplay scan-'));
  const deps = createTestParts(database.db, folder);
  const film = path.join(folder, 'film');
  await mkdir(film);
  const films: Record<string, string> = {};
  for (const name of ['film.mp4', 'film.mkv']) {
    const options = [
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-pix_fmt',
      'yuv420p',
      '-c:a',
      'aac',
      '-movflags',
      '+faststart',
    ];
    const isMkv = name.endsWith('mkv');
    films[path.extname(name)] = await makeVideo(film, name, {
      ...{ seconds: 1, size: '160x90', rate: '10' },
      options: isMkv ? options.slice(0, -2) : options,
    });
  }
  let opened: string[] = [];
  let before = (_hostPath: string): Promise<void> => Promise.resolve();
  const describe: DescribeSource = async (hostPath, signal) => {
    opened.push(path.basename(hostPath));
    await before(hostPath);
    return deps.media.describe(hostPath, signal);
  };
  const at: ScanHouse['at'] = (name, place = 'library/videos') => path.join(folder, place, name);
  const scan: ScanHouse['scan'] = (own, step) => {
    const slice: ScanSlice = {
      ...{ root: 'library', folder: 'videos', skipExisting: true, quietSeconds: 60, batchSize: 200 },
      ...own,
    };
    return steps.create({ ...deps, media: { ...deps.media, describe } }).scanVideos(slice, stepOf(step));
  };
  const rows = async (): Promise<StoredVideo[]> =>
    (await deps.db.query<StoredVideo>('select * from videos order by root, path')).rows;
  return {
    deps,
    at,
    put: async (name, place) => {
      const target = at(name, place);
      await mkdir(path.dirname(target), { recursive: true });
      await copyFile(films[path.extname(name)] ?? films['.mp4'] ?? '', target);
      await utimes(target, AN_HOUR_AGO, AN_HOUR_AGO);
      return target;
    },
    scan,
    result: async (own) => {
      const answer = await scan(own);
      if ('result' in answer) return answer.result;
      throw new Error('Expected a scan of one slice');
    },
    rows,
    missing: async () => (await rows()).filter((row) => row.missing_since !== null).map((row) => row.path),
    opened: () => opened.splice(0).sort(),
    beforeOpening: (act) => (before = act),
    clear: async () => {
      before = () => Promise.resolve();
      opened = [];
      await deps.db.query('delete from videos');
      await deps.db.query('delete from root_markers');
      for (const place of ['library', 'public']) {
        for (const name of await readdir(path.join(folder, place)))
          await rm(path.join(folder, place, name), { recursive: true, force: true });
        await mkdir(path.join(folder, place, 'videos'));
      }
    },
    close: async () => {
      await deps.temporal.close();
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
