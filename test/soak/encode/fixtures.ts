import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';

import { HOSTILE_NAMES } from '../../support/hostile-names.js';
import {
  cutShort,
  HDR10,
  makeVideo,
  turned,
  VARYING,
  withCover,
  type MadeVideo,
} from '../../support/video-fixtures.js';

/** A film of the soak, and how an encode of it has to end when nobody cancels it. */
export interface Fixture {
  name: string;
  seconds: number;
  /** Sound tracks of the output. */
  sound: number;
  /** `nothing`: browsers play it as it is. */
  ends: 'done' | 'nothing' | 'bad_input';
  /** In `folder`, under any name. */
  make: (folder: string, name: string) => Promise<string>;
}

/** From a minute on the picture is encoded in segments, at whose ends a pause and a lost worker cost little. */
export const LONG_SECONDS = 60;

const MPEG4 = ['-c:v', 'mpeg4', '-q:v', '3', '-c:a', 'aac'] as const;
const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac'] as const;
const AT_ONCE = [...X264, '-movflags', '+faststart'] as const;
const TEN_BITS = [
  ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv422p10le', '-c:a', 'aac'],
] as const;
const INTERLACED = [...X264, '-flags', '+ilme+ildct', '-x264-params', 'tff=1'] as const;

/** media.md §8. */
export const FIXTURES: readonly Fixture[] = [
  film('odd size.mkv', { filter: 'scale=641:361,format=yuv444p', options: ['-c:v', 'ffv1', '-c:a', 'flac'] }),
  film('varying.mkv', { ...VARYING, seconds: 6, options: ['-fps_mode', 'vfr', ...MPEG4] }),
  film('hdr10.mkv', { size: '640x360', seconds: 6, options: HDR10 }),
  film('ten bits.mkv', { options: TEN_BITS }),
  film('silent.mkv', { sound: [], options: MPEG4 }),
  film('two languages.mkv', { sound: ['eng', 'deu'], options: MPEG4 }),
  film('words.mkv', { subtitle: 'Hello', options: MPEG4 }),
  film('interlaced.mkv', { rate: '50', seconds: 4, filter: 'interlace', sound: [], options: INTERLACED }),
  film('only its container.mkv', { options: X264 }),
  { ...film('good.mp4', { options: AT_ONCE }), ends: 'nothing' },
  {
    ...film('turned.mp4', {}),
    make: async (folder) => turned(await makeVideo(folder, 'upright.mp4', { options: MPEG4 })),
  },
  {
    ...film('cover.mp4', {}),
    make: async (folder) => withCover(await makeVideo(folder, 'plain.mp4', { options: MPEG4 })),
  },
  cut('cut.mkv'),
  cut('cut.mp4'),
  ...HOSTILE_NAMES.map((name) => film(name, { options: MPEG4 })),
  film('long.mkv', { size: '640x360', rate: '25', seconds: 75, options: MPEG4 }),
  film('long film.mp4', { rate: '24000/1001', seconds: 70, sound: ['eng', 'fra'], options: MPEG4 }),
  film('long and quick.mkv', { size: '480x270', rate: '50', seconds: 62, options: MPEG4 }),
  film('long and large.mkv', { size: '1280x720', rate: '25', seconds: 61, options: MPEG4 }),
];

function film(name: string, made: MadeVideo): Fixture {
  const { seconds = 3, sound = ['eng'] } = made;
  return {
    ...{ name, seconds, sound: sound.length, ends: 'done' },
    make: (folder, asked) => makeVideo(folder, asked, made),
  };
}

function cut(name: string): Fixture {
  const whole = `whole${path.extname(name)}`;
  return {
    ...{ name, seconds: 20, sound: 1, ends: 'bad_input' },
    make: async (folder) => cutShort(await makeVideo(folder, whole, { seconds: 20, options: AT_ONCE }), 0.6),
  };
}

/** Makes all of them in `folder`. */
export async function makeFixtures(folder: string, { workFolder }: { workFolder: string }): Promise<void> {
  await mkdir(folder, { recursive: true });
  await mkdir(workFolder, { recursive: true });
  for (const { name, make } of FIXTURES) await rename(await make(workFolder, name), path.join(folder, name));
  await rm(workFolder, { recursive: true });
}
