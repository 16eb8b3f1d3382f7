import { chmod, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { z } from 'zod';

import { eventually } from '../support/eventually.js';
import { startService, type ServiceProcess } from '../support/service.js';

const FILES = 150;
let folder: string;
let service: ServiceProcess | undefined;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longplay-scan-kill-'));
});

afterEach(async () => {
  await service?.stop();
  service = undefined;
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const view = z.object({ status: z.string(), result: z.unknown() });
const page = z.object({ videos: z.array(z.object({ id: z.string() })) });

/** Writes down what it was asked about, and refuses it: each file once, for each is refused by the first question. */
async function listeningFfprobe(calls: string): Promise<string> {
  const file = path.join(folder, 'ffprobe');
  const text = `#!/bin/sh\nfor last; do :; done\necho "$last" >> '${calls}'\necho 'Invalid data found' >&2\nexit 1\n`;
  await writeFile(file, text);
  await chmod(file, 0o755);
  return file;
}

it('a scan whose process is killed goes on where it was, and opens hardly a file twice', async () => {
  const data = path.join(folder, 'data');
  const videos = path.join(data, 'library', 'videos');
  await mkdir(videos, { recursive: true });
  for (let number = 0; number < FILES; number += 1) {
    const file = path.join(videos, `${number}.mp4`);
    await writeFile(file, `no video ${number}`);
    await utimes(file, 1_600_000_000, 1_600_000_000);
  }
  const calls = path.join(folder, 'calls');
  await writeFile(calls, '');
  const command = { command: ['up'], environment: { FFPROBE_PATH: await listeningFfprobe(calls) } };
  service = await startService(data, command);
  const created = await service.client.send({
    ...{ method: 'POST', path: '/api/jobs', answer: z.object({ id: z.string() }) },
    body: { type: 'scan', params: { batchSize: 10 } },
  });
  const written = async (): Promise<number> =>
    (await service?.client.send({ path: '/api/media', query: { limit: 200 }, answer: page }))?.videos
      .length ?? 0;
  await eventually(async () => (await written()) >= 30);
  await service.kill();

  service = await startService(data, command);
  const { client } = service;
  const look = () => client.send({ path: `/api/jobs/${created.id}`, answer: view }).catch(() => undefined);
  await eventually(async () => (await look())?.status === 'completed', { withinMs: 60_000 });
  expect((await look())?.result).toMatchObject({ found: FILES, new: FILES, invalid: FILES, missing: 0 });
  expect(await written()).toBe(FILES);
  // A worker that tries its encoders asks about its samples.
  const asked = (await readFile(calls, 'utf8')).split('\n').filter((call) => call.includes(videos));
  expect(new Set(asked).size).toBe(FILES);
  // What one batch had opened and not written.
  expect(asked.length - FILES).toBeLessThanOrEqual(10);
}, 180_000);
