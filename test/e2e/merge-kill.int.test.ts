import { copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import { job } from '../../src/cli/answers.js';
import { recycledList } from '../../src/cli/recycle-answers.js';
import { writeFfmpegProgram } from '../../src/media/ffmpeg/program.js';
import { createRunFfmpeg } from '../../src/media/ffmpeg/run.js';
import { createProbe } from '../../src/media/probe.js';
import { eventually } from '../support/eventually.js';
import { findProcesses } from '../support/processes.js';
import { startService, type ServiceProcess } from '../support/service.js';

const BOOK = 'Somebody/Kept Whole';
const SOURCES = ['1.mp3', '2.mp3', '3.mp3'];
const MERGED = 'Kept Whole.m4b';
const SECONDS = 3 * 300;

const probe = createProbe({ ffprobePath: 'ffprobe' });
let folder: string;
let service: ServiceProcess | undefined;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longplay-merge-kill-'));
  const program = writeFfmpegProgram({ ffmpegPath: 'ffmpeg', folder: path.join(folder, 'bin') });
  // Long enough for an encode that can be met in the middle.
  await createRunFfmpeg(program)({
    inputs: [{ lavfi: 'anoisesrc=d=300:c=pink:a=0.2' }],
    output: path.join(folder, 'sound.mp3'),
    options: ['-b:a', '64k'],
    signal: AbortSignal.timeout(60_000),
  });
}, 60_000);

afterEach(async () => {
  await service?.stop();
  service = undefined;
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** When the kill comes: FFmpeg writes, or the merged file has just been shown. */
const MOMENTS: Readonly<Record<string, (names: readonly string[]) => boolean>> = {
  'while FFmpeg writes': (names) => names.some((name) => name.startsWith(`.${MERGED}.partial-`)),
  'once the merged file is shown': (names) => names.includes(MERGED),
};

describe('a merge of chapters whose process is killed', () => {
  it.each(Object.entries(MOMENTS))(
    'has the old files or the new one, and after a restart the new one alone: %s',
    async (moment, isNow) => {
      const dataFolder = path.join(folder, moment.replaceAll(' ', '-'));
      const shelf = path.join(dataFolder, 'library', BOOK);
      service = await startService(dataFolder);
      await mkdir(shelf, { recursive: true });
      for (const name of SOURCES) await copyFile(path.join(folder, 'sound.mp3'), path.join(shelf, name));
      const { id } = await service.client.send({
        method: 'POST',
        path: '/api/jobs',
        body: { type: 'merge_chapters', params: { libraryId: 'library', path: BOOK } },
        answer: z.looseObject({ id: z.string() }),
      });
      await eventually(async () => isNow(await readdir(shelf)), { withinMs: 90_000, everyMs: 2 });
      await service.kill();

      const left = await readdir(shelf);
      if (left.includes(MERGED)) await expectWhole(path.join(shelf, MERGED));
      else expect(left).toEqual(expect.arrayContaining(SOURCES));
      await eventually(async () => (await findProcesses(shelf)).length === 0, { withinMs: 15_000 });

      service = await startService(dataFolder);
      const { client } = service;
      const ended = async (): Promise<string | undefined> =>
        (await client.send({ path: `/api/jobs/${id}`, answer: job }).catch(() => undefined))?.status;
      await eventually(async () => (await ended()) === 'completed', { withinMs: 120_000, everyMs: 200 });
      expect(await readdir(shelf)).toEqual([MERGED]);
      await expectWhole(path.join(shelf, MERGED));
      const { recycledFiles } = await client.send({ path: '/api/recycled-files', answer: recycledList });
      expect(recycledFiles.map((file) => path.basename(file.path)).sort()).toEqual(SOURCES);
    },
    300_000,
  );
});

async function expectWhole(file: string): Promise<void> {
  const { durationSeconds, chapters } = await probe(file, AbortSignal.timeout(30_000));
  expect(Math.abs(durationSeconds - SECONDS)).toBeLessThan(2);
  expect(chapters).toHaveLength(SOURCES.length);
}
