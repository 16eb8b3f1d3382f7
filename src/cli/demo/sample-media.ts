import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import type { RunFfmpeg } from '../../media/ffmpeg/run.js';

export interface SampleMedia {
  book: {
    folder: string;
    file: string;
    title: string;
    author: string;
    narrator: string;
    runtimeSeconds: number;
  };
  film: { folder: string; file: string };
}

const CHAPTER_SECONDS = 320;
/** One minute is encoded and repeated: the book has the size of a real one, and the demo does not wait for AAC. */
const ENCODED_SECONDS = 60;
const CHAPTERS = ['The Inventor', 'The Machine', 'The Return'];

/** A tagged three-chapter audiobook with a cover inside, and a 20 s film: made by FFmpeg, so nobody's rights are touched. */
export async function makeSampleMedia(options: { run: RunFfmpeg; folder: string }): Promise<SampleMedia> {
  const book = path.join(options.folder, 'H. G. Wells - The Time Machine (1895) Unabridged M4B');
  const film = path.join(options.folder, 'Twenty Seconds of Colour');
  await rm(options.folder, { recursive: true, force: true });
  await mkdir(book, { recursive: true });
  await mkdir(film, { recursive: true });
  await makeBook(options.run, book);
  await makeFilm(options.run, film);
  return {
    book: {
      folder: book,
      file: path.join(book, 'The Time Machine.m4b'),
      title: 'The Time Machine',
      author: 'H. G. Wells',
      narrator: 'Longplay demo',
      runtimeSeconds: CHAPTER_SECONDS * CHAPTERS.length,
    },
    film: { folder: film, file: path.join(film, 'film.mp4') },
  };
}

async function makeBook(run: RunFfmpeg, folder: string): Promise<void> {
  const signal = AbortSignal.timeout(120_000);
  const cover = path.join(folder, '..', 'cover.jpg');
  const metadata = path.join(folder, '..', 'chapters.txt');
  const minute = path.join(folder, '..', 'minute.m4a');
  const seconds = CHAPTER_SECONDS * CHAPTERS.length;
  await run({
    // Noise keeps AAC near its bit rate.
    inputs: [{ lavfi: `anoisesrc=color=brown:amplitude=0.1:sample_rate=44100:duration=${ENCODED_SECONDS}` }],
    output: minute,
    options: ['-c:a', 'aac', '-b:a', '256k', '-aac_coder', 'fast'],
    signal,
  });
  await run({
    inputs: [{ lavfi: 'gradients=size=600x600:c0=navy:c1=gold:duration=1' }],
    output: cover,
    options: ['-frames:v', '1'],
    signal,
  });
  await writeFile(metadata, chapterFile());
  await run({
    inputs: [
      { path: metadata, formats: ['ffmetadata'], options: ['-f', 'ffmetadata'] },
      { path: cover },
      { path: minute, options: ['-stream_loop', String(seconds / ENCODED_SECONDS - 1)] },
    ],
    output: path.join(folder, 'The Time Machine.m4b'),
    options: [
      ...['-map', '2:a', '-map', '1:v', '-map_metadata', '0', '-map_chapters', '0'],
      ...['-c:a', 'copy', '-c:v', 'copy', '-disposition:v', 'attached_pic'],
      ...['-f', 'mp4'],
    ],
    signal,
  });
}

function chapterFile(): string {
  const head = [
    ';FFMETADATA1',
    'title=The Time Machine',
    'album=The Time Machine',
    'artist=H. G. Wells',
    'album_artist=H. G. Wells',
    'composer=Longplay demo',
    'date=1895',
    'genre=Audiobook',
  ];
  const chapters = CHAPTERS.flatMap((title, index) => [
    '[CHAPTER]',
    'TIMEBASE=1/1000',
    `START=${index * CHAPTER_SECONDS * 1_000}`,
    `END=${(index + 1) * CHAPTER_SECONDS * 1_000}`,
    `title=${title}`,
  ]);
  return [...head, ...chapters, ''].join('\n');
}

async function makeFilm(run: RunFfmpeg, folder: string): Promise<void> {
  await run({
    inputs: [
      { lavfi: 'testsrc2=size=640x360:rate=25:duration=20' },
      { lavfi: 'sine=frequency=440:duration=20' },
    ],
    output: path.join(folder, 'film.mp4'),
    options: [
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-shortest'],
    ],
    signal: AbortSignal.timeout(120_000),
  });
}
