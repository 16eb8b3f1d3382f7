import { mkdir } from 'node:fs/promises';
import path from 'node:path';

import { z } from 'zod';

import { atMostMs, medianAndWorst } from '../harness/delays.js';
import type { Part } from '../harness/bench.js';
import { takeOver } from '../jobs/takeover.js';
import { startApart, type Apart } from '../stage/apart.js';
import { knownFilm } from './known-film.js';
import type { EncodeStage } from './stage.js';

/** Those that an encode reads or writes, by the names of their settings. */
const ROOTS = {
  library: 'MEDIA_LIBRARY_PATH',
  playback: 'LONGPLAY_ROOT_PLAYBACK',
  scratch: 'LONGPLAY_ROOT_SCRATCH',
} as const;
const id = z.object({ id: z.string() });

/** The worker of an encode gets kill -9; another one, with the same folders, goes on after the last segment. */
export const takeover: Part<EncodeStage> = {
  name: 'takeover',
  measure: async (stage) => {
    const film = await stage.film();
    const folder = path.join(path.dirname(film), 'apart');
    const settings: Record<string, string> = {};
    for (const [root, setting] of Object.entries(ROOTS)) {
      settings[setting] = path.join(folder, root);
      await mkdir(path.join(folder, root), { recursive: true });
    }
    const apart = await startApart(settings);
    try {
      await apart.startWorker('core');
      await apart.startWorker('cpu');
      return await measure(apart, { film, library: path.join(folder, 'library') });
    } finally {
      await apart.close();
    }
  },
};

async function measure(
  apart: Apart,
  { film, library }: { film: string; library: string },
): ReturnType<Part<EncodeStage>['measure']> {
  const { client, db } = apart;
  const scan = { method: 'POST', path: '/api/jobs', body: { type: 'scan', params: {} }, answer: id } as const;
  const videoId = await knownFilm({ film, library, db, scan: () => client.send(scan) });
  let cards = 0;
  const delays = await takeOver(apart, {
    // A card belongs to one process of a host.
    startWorker: () => apart.startWorker('gpu', { LONGPLAY_GPU_DEVICE: String((cards += 1)) }),
    ask: () => ({ type: 'reencode_streaming', params: { videoId, preset: 'slower', force: true } }),
    step: 'encodeVideo',
  });
  return medianAndWorst(
    'kill -9 of an encode’s worker to the next attempt’s start',
    delays,
    atMostMs(10_000),
  );
}
