import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { startSeeder, type Seeder } from '../../../src/cli/demo/swarm.js';
import { makeTorrent, type MadeTorrent } from '../../../src/cli/demo/torrent-maker.js';
import {
  startTorznabServer,
  type TorznabItem,
  type TorznabServer,
} from '../../../src/cli/demo/torznab-server.js';
import { startTracker, type Tracker } from '../../../src/cli/demo/tracker.js';
import { createMediaTools } from '../../../src/media/tools.js';
import type { Book } from './fixtures.js';
import { startFace, type Character, type Face } from './indexer.js';

export const API_KEY = 'soak-indexer-key';
export const RUNTIME_SECONDS = 480;
/** An audiobook of less is refused (acquisition.md §3.3). */
const FILE_BYTES = 20.6 * 1_048_576;
const UPLOAD_BYTES_PER_SECOND = 20_000_000;

/** Indexers, tracker and seeder around Longplay, and what each book's file has to be. */
export interface World {
  indexers: Record<'limited' | 'flapping' | 'lying', Face>;
  /** SHA-256 of the file that a book's good release holds, by its number. */
  hashes: Map<number, string>;
  close: () => Promise<void>;
}

interface Offers {
  limited: TorznabItem[];
  flapping: TorznabItem[];
  lying: TorznabItem[];
}

export async function startWorld(folder: string, books: readonly Book[]): Promise<World> {
  const media = path.join(folder, 'media');
  await mkdir(media, { recursive: true });
  const sound = await makeSound(folder);
  const tracker = await startTracker();
  const seeder = await startSeeder({ aria2Path: 'aria2c', workFolder: path.join(folder, 'seeder') });
  await seeder.limitUpload(UPLOAD_BYTES_PER_SECOND);
  const offers: Offers = { limited: [], flapping: [], lying: [] };
  const hashes = new Map<number, string>();
  const stage = { media, sound, tracker, seeder, offers, hashes };
  for (const book of books) await offer(stage, book);
  const servers = await Promise.all(
    (['limited', 'flapping', 'lying'] as const).map((name) => startIndexer(name, offers[name])),
  );
  const [limited, flapping, lying] = servers.map(({ face }) => face) as [Face, Face, Face];
  return {
    indexers: { limited, flapping, lying },
    hashes,
    close: async () => {
      for (const { face, server } of servers) {
        await face.close();
        await server.close();
      }
      await seeder.close();
      await tracker.close();
    },
  };
}

const CHARACTERS: Record<keyof Offers, Character> = {
  limited: 'limited',
  flapping: 'flapping',
  lying: 'plain',
};

async function startIndexer(
  name: keyof Offers,
  items: TorznabItem[],
): Promise<{ face: Face; server: TorznabServer }> {
  const server = await startTorznabServer({ items, apiKey: API_KEY });
  return { face: await startFace(server.url, CHARACTERS[name]), server };
}

/** The same sound for all; each file differs by a box at its end that players skip. */
async function makeSound(folder: string): Promise<Buffer> {
  const { run } = createMediaTools({
    ffmpegPath: 'ffmpeg',
    ffprobePath: 'ffprobe',
    programFolder: path.join(folder, 'bin'),
  });
  const file = path.join(folder, 'sound.m4b');
  await run({
    inputs: [{ lavfi: `anoisesrc=color=brown:amplitude=0.1:sample_rate=44100:duration=${RUNTIME_SECONDS}` }],
    output: file,
    options: ['-c:a', 'aac', '-b:a', '64k', '-aac_coder', 'fast', '-f', 'mp4'],
    signal: AbortSignal.timeout(120_000),
  });
  return readFile(file);
}

interface Stage {
  media: string;
  sound: Buffer;
  tracker: Tracker;
  seeder: Seeder;
  offers: Offers;
  hashes: Map<number, string>;
}

async function offer(stage: Stage, book: Book): Promise<void> {
  const { offers } = stage;
  const good = async (): Promise<TorznabItem> => {
    const content = soundOf(stage.sound, book, 'good');
    stage.hashes.set(book.number, createHash('sha256').update(content).digest('hex'));
    return itemOf(book, 'good', {
      seeders: 5,
      torrent: await publish(stage, book, { name: 'good', content }),
    });
  };
  switch (book.kind) {
    case 'good':
    case 'cancelled': {
      const item = await good();
      offers.limited.push(item);
      if (book.number % 2 === 0) offers.flapping.push(item);
      return;
    }
    case 'flapping':
      offers.flapping.push(await good());
      return;
    case 'gone':
      offers.limited.push(await good(), { ...itemOf(book, 'gone', { seeders: 700 }), downloadFault: 'gone' });
      return;
    case 'lied': {
      const content = soundOf(stage.sound, book, 'dead');
      const torrent = await publish(stage, book, { name: 'dead', content, seeded: false });
      offers.lying.push(itemOf(book, 'dead', { seeders: 900, torrent }));
      offers.limited.push(await good());
      return;
    }
    case 'junk': {
      const content = Buffer.from(`no sound at all in ${book.title} `.repeat(Math.ceil(FILE_BYTES / 40)));
      const torrent = await publish(stage, book, { name: 'junk', content });
      offers.limited.push(itemOf(book, 'junk', { seeders: 700, torrent }), await good());
      return;
    }
    case 'short':
      offers.limited.push(await good());
      return;
    case 'stranger': {
      const item = await good();
      offers.limited.push({ ...item, title: item.title.replace(book.author, 'Quentin Zimmermann') });
      return;
    }
    case 'nothing':
    case 'unreleased':
      return;
  }
}

function soundOf(sound: Buffer, book: Book, name: string): Buffer {
  const note = Buffer.from(`${name} of ${book.number}: ${book.title}`);
  const box = Buffer.alloc(Math.round(FILE_BYTES) - sound.length);
  box.writeUInt32BE(box.length);
  box.write('free', 4);
  note.copy(box, box.length - note.length);
  return Buffer.concat([sound, box]);
}

async function publish(
  { media, tracker, seeder }: Stage,
  book: Book,
  { name, content, seeded = true }: { name: string; content: Buffer; seeded?: boolean },
): Promise<MadeTorrent> {
  const folder = `${book.author} - ${book.title} ${name}`;
  const file = `${book.title}.m4b`;
  await mkdir(path.join(media, folder), { recursive: true });
  await writeFile(path.join(media, folder, file), content);
  const hostPath = path.join(media, folder, file);
  const torrent = await makeTorrent({
    name: folder,
    trackerUrl: tracker.announceUrl,
    files: [{ hostPath, path: file }],
  });
  tracker.allow(torrent.infoHash);
  if (seeded) await seeder.seed(torrent, media);
  return torrent;
}

function itemOf(
  { author, title, number }: Book,
  name: string,
  { seeders, torrent }: { seeders: number; torrent?: MadeTorrent },
): TorznabItem {
  return {
    guid: `${name}-${number}`,
    title: `${author} - ${title} Unabridged M4B`,
    category: 3030,
    sizeBytes: torrent?.totalBytes ?? Math.round(FILE_BYTES),
    seeders,
    ...(torrent === undefined ? {} : { torrent: torrent.bytes, infoHash: torrent.infoHash }),
  };
}

/** As a person asks for it. */
export function wishOf({ kind, title, author }: Book): object {
  const runtimeSeconds = kind === 'short' ? RUNTIME_SECONDS * 2 : RUNTIME_SECONDS;
  const releaseDate = kind === 'unreleased' ? { releaseDate: '2199-01-01' } : {};
  return { item: { mediaType: 'audiobook', title, author, runtimeSeconds, ...releaseDate } };
}
