import { setTimeout as sleep } from 'node:timers/promises';

import { z } from 'zod';

import type { Call } from '../load/api-client.js';
import { FIXTURES } from './fixtures.js';
import type { Film } from './load.js';

/** Below the root library. */
export const FILMS = 'films';

const LOOK_MS = 500;
const SCAN_MS = 120_000;

const job = z.object({ id: z.string() });
const page = z.object({ videos: z.array(z.object({ id: z.string(), path: z.string() })) });

/** Has a scan find all fixtures, and learns their ids as a person does, by the API. */
export async function findFilms(call: Call): Promise<Film[]> {
  const params = { directoryType: FILMS, quietSeconds: 0 };
  const { id } = job.parse((await call('POST', '/api/jobs', { body: { type: 'scan', params } })).body);
  await untilCompleted(call, id);
  const { videos } = page.parse((await call('GET', '/api/media?root=library&limit=200')).body);
  return FIXTURES.map((fixture) => {
    const video = videos.find(({ path }) => path === `library:${FILMS}/${fixture.name}`);
    if (video === undefined) throw new Error(`Expected the scan to find ${JSON.stringify(fixture.name)}`);
    return { ...fixture, videoId: video.id };
  });
}

async function untilCompleted(call: Call, id: string): Promise<void> {
  const deadline = performance.now() + SCAN_MS;
  for (;;) {
    const { body } = await call('GET', `/api/jobs/${id}`);
    if (body['status'] === 'completed') return;
    if (performance.now() > deadline)
      throw new Error(`Expected the scan to complete, it is ${JSON.stringify(body['status'])}`);
    await sleep(LOOK_MS);
  }
}
