import path from 'node:path';

import { z } from 'zod';

import { DEMO_API_KEY, setStage, type Stage } from '../../src/cli/demo/stage.js';
import type { HttpClient } from '../../src/cli/http-client.js';
import { loadConfig } from '../../src/config.js';
import { createMediaTools } from '../../src/media/tools.js';

/** Sample media, a tracker, a seeder and an indexer on loopback; `bytesPerSecond` 0 uploads without limit. */
export async function startStage(folder: string, bytesPerSecond: number): Promise<Stage> {
  const { run } = createMediaTools({
    ffmpegPath: 'ffmpeg',
    ffprobePath: 'ffprobe',
    programFolder: path.join(folder, 'bin'),
  });
  const config = loadConfig({ PATH: process.env['PATH'] });
  const stage = await setStage({
    config,
    run,
    folder: path.join(folder, 'stage'),
    onStep: () => undefined,
  });
  await stage.seeder.limitUpload(bytesPerSecond);
  return stage;
}

/** As a person does in the settings. */
export async function addIndexer(client: HttpClient, { indexer }: Stage): Promise<void> {
  const body = { id: 'demo', name: 'Demo', baseUrl: indexer.url, secret: DEMO_API_KEY };
  await client.send({ method: 'POST', path: '/api/indexers', body, answer: z.unknown() });
}

/** The body of a request for the book that the indexer offers. */
export function wishForBook({ media }: Stage): object {
  const { title, author, runtimeSeconds } = media.book;
  return { item: { mediaType: 'audiobook', title, author, runtimeSeconds } };
}
