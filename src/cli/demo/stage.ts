import path from 'node:path';

import { Fault } from '../../domain/faults.js';
import { findProgram } from '../../embedded/programs.js';
import type { RunFfmpeg } from '../../media/ffmpeg/run.js';
import type { Config } from '../../config.js';
import { demoOffers, type Offer } from './offers.js';
import { makeSampleMedia, type SampleMedia } from './sample-media.js';
import { startSeeder, type Seeder } from './swarm.js';
import { startTorznabServer, type TorznabServer } from './torznab-server.js';
import { makeTorrent } from './torrent-maker.js';
import { startTracker, type Tracker } from './tracker.js';

const UPLOAD_BYTES_PER_SECOND = 5_000_000;

export const DEMO_API_KEY = 'demo-indexer-key';

/** The world around Longplay: sample media, a tracker, a seeder and an indexer, all on loopback. */
export interface Stage {
  media: SampleMedia;
  offers: Offer[];
  indexer: TorznabServer;
  seeder: Seeder;
  tracker: Tracker;
  close: () => Promise<void>;
}

export async function setStage(options: {
  config: Config;
  run: RunFfmpeg;
  folder: string;
  onStep: (text: string) => void;
}): Promise<Stage> {
  const { config, folder, onStep } = options;
  const aria2Path = findProgram(config.programs.aria2, config.searchPath);
  if (aria2Path === undefined) {
    throw new Fault('environment', 'The demo needs aria2c, which is not installed', {
      remedy: 'Install the package aria2',
    });
  }
  onStep('making a three-chapter audiobook and a short film with FFmpeg');
  const media = await makeSampleMedia({ run: options.run, folder: path.join(folder, 'media') });
  const tracker = await startTracker();
  const seeder = await startSeeder({ aria2Path, workFolder: path.join(folder, 'seeder') });
  onStep(`seeding both from ${tracker.announceUrl}`);
  const [book, film] = await Promise.all([
    torrentOf(media.book, tracker.announceUrl),
    torrentOf(media.film, tracker.announceUrl),
  ]);
  for (const [torrent, source] of [
    [book, media.book],
    [film, media.film],
  ] as const) {
    tracker.allow(torrent.infoHash);
    await seeder.seed(torrent, path.dirname(source.folder));
  }
  // Slow enough to be watched.
  await seeder.limitUpload(UPLOAD_BYTES_PER_SECOND);
  const offers = demoOffers({ book, film });
  const indexer = await startTorznabServer({ items: offers, apiKey: DEMO_API_KEY });
  onStep(`an indexer offers ${offers.length} releases at ${indexer.url}`);
  return {
    media,
    offers,
    indexer,
    seeder,
    tracker,
    close: async () => {
      await indexer.close();
      await seeder.close();
      await tracker.close();
    },
  };
}

function torrentOf(
  { folder, file }: { folder: string; file: string },
  trackerUrl: string,
): ReturnType<typeof makeTorrent> {
  const name = path.basename(folder);
  return makeTorrent({ name, trackerUrl, files: [{ hostPath: file, path: path.basename(file) }] });
}
