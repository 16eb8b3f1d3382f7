import { mkdir, mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { z } from 'zod';

import { createDescribeSource } from '../../src/media/source/describe.js';
import { eventually } from '../support/eventually.js';
import { findProcesses } from '../support/processes.js';
import { startService, type ServiceProcess } from '../support/service.js';
import { makeVideo } from '../support/video-fixtures.js';

let folder: string;
let service: ServiceProcess | undefined;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longplay-reencode-kill-'));
});

afterEach(async () => {
  await service?.stop();
  service = undefined;
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const id = z.object({ id: z.string() });
const view = z.object({ status: z.string(), result: z.unknown() });
const page = z.object({ videos: z.array(z.object({ id: z.string(), path: z.string() })) });
const logs = z.object({ logs: z.array(z.object({ message: z.string() })) });

it('an encode whose process is killed leaves no FFmpeg, and goes on after its last segment (A4, A15)', async () => {
  const data = path.join(folder, 'data');
  const videos = path.join(data, 'library', 'videos');
  await mkdir(videos, { recursive: true });
  const options = ['-c:v', 'mpeg4', '-q:v', '3', '-c:a', 'aac'];
  const film = await makeVideo(videos, 'film.mkv', { size: '640x360', rate: '25', seconds: 64, options });
  await utimes(film, 1_600_000_000, 1_600_000_000);
  service = await startService(data, { command: ['up'] });
  const job = async (type: string, params: object): Promise<string> =>
    (await service?.client.send({ method: 'POST', path: '/api/jobs', answer: id, body: { type, params } }))
      ?.id ?? '';
  const look = (jobId: string) =>
    service?.client.send({ path: `/api/jobs/${jobId}`, answer: view }).catch(() => undefined);
  const known = async () => (await service?.client.send({ path: '/api/media', answer: page }))?.videos ?? [];
  await job('scan', {});
  await eventually(async () => (await known()).length === 1, { withinMs: 30_000 });
  const videoId = (await known())[0]?.id;
  const jobId = await job('reencode_streaming', { videoId, preset: 'slow', crf: 20 });
  const segments = path.join(data, 'scratch', 'reencode', jobId, 'segments');
  const finished = async (): Promise<number> => (await readdir(segments).catch(() => [])).length;
  await eventually(async () => (await finished()) >= 2, { withinMs: 60_000 });
  await service.kill();
  await eventually(async () => (await findProcesses(jobId)).length === 0, { withinMs: 10_000 });
  const kept = await finished();

  service = await startService(data, { command: ['up'] });
  await eventually(async () => (await look(jobId))?.status === 'completed', { withinMs: 180_000 });
  expect(await readdir(path.join(data, 'playback'))).toEqual(['film.mp4']);
  expect((await known()).map(({ path: at }) => at).sort()).toEqual([
    'library:videos/film.mkv',
    'playback:film.mp4',
  ]);
  const made = await createDescribeSource({ ffprobePath: 'ffprobe' })(
    path.join(data, 'playback', 'film.mp4'),
    AbortSignal.timeout(30_000),
  );
  expect(made.video?.frames).toBe(1_600);
  const told = await service.client.send({ path: `/api/jobs/${jobId}/logs`, answer: logs });
  const after = told.logs.flatMap(({ message }) => /^goes on after (\d+) segments/.exec(message)?.[1] ?? []);
  // One that was renamed a moment before its checkpoint was written is made again.
  expect([String(kept), String(kept - 1)]).toContain(after.join());
  expect(await readdir(path.join(data, 'scratch', 'reencode'))).toEqual([]);
}, 300_000);
