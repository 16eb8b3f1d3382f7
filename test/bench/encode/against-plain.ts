import { rm } from 'node:fs/promises';
import path from 'node:path';

import type { ActivityDeps } from '../../../src/activities/deps.js';
import { steps } from '../../../src/activities/media/reencode-steps.js';
import type { PlaybackWork } from '../../../src/domain/media/playback-work.js';
import { wholeOptions } from '../../../src/media/plan/playback-options.js';
import { stepOf } from '../../activities/acquisition/fixture.js';
import { openParts, type OwnParts } from '../acquisition/own-parts.js';
import type { Part } from '../harness/bench.js';
import type { Measured } from '../harness/figure.js';
import { inPairs, medianOf, ratioOf, type Pair } from '../harness/pairs.js';
import { median } from '../harness/quantile.js';
import { cpuWithEnded } from '../stage/process-tree.js';
import { planFilm } from './own-film.js';
import { plainFfmpeg } from './plain-ffmpeg.js';
import type { EncodeStage } from './stage.js';

const PAIRS = 9;
/** As the yardsticks of segmented encodes were measured. */
const PRESET = 'veryfast';

/** Milliseconds. */
interface Run {
  wall: number;
  cpu: number;
  /** Until the last FFmpeg that writes the file has ended: what follows is verifying and publishing. */
  made: number;
}

type Make = (making: { steps: ReturnType<typeof steps.create>; work: PlaybackWork }) => Promise<unknown>;

/** In one piece: one FFmpeg that does all. */
export const whole: Part<EncodeStage> = {
  name: 'whole',
  measure: (stage) =>
    againstPlain(stage, {
      ...{ words: 'in one piece', most: 1.03 },
      make: ({ steps: { encodeVideo }, work: { grid: _inOnePiece, ...work } }) =>
        encodeVideo({ work }, stepOf()),
    }),
};

/** In segments, with the sound by itself and the join, as the story of the job has them one after the other. */
export const segmented: Part<EncodeStage> = {
  name: 'segmented',
  measure: (stage) =>
    againstPlain(stage, {
      ...{ words: 'in segments', most: 1.05 },
      make: async ({ steps: { encodeVideo, encodeSound, joinPlayback }, work }) => {
        const encoded = await encodeVideo({ work }, stepOf());
        if (encoded.kind === 'whole') throw new Error('Expected segments, the film was made in one piece');
        await encodeSound({ work }, stepOf());
        await joinPlayback({ work, checkpoint: encoded.checkpoint }, stepOf());
      },
    }),
};

async function againstPlain(
  stage: EncodeStage,
  { words, most, make }: { words: string; most: number; make: Make },
): Promise<Measured[]> {
  const film = await stage.film();
  const parts = await openParts();
  try {
    const work = await planFilm(parts, film, PRESET);
    const sides = { ours: () => runOurs(parts, work, make), theirs: () => runPlain(parts, film, work) };
    // What is read for the first time comes from the disk.
    await sides.theirs();
    return figuresOf(words, most, await inPairs(PAIRS, sides));
  } finally {
    await parts.close();
  }
}

function figuresOf(words: string, most: number, pairs: readonly Pair<Run>[]): Measured[] {
  const goal = { kind: 'atMost', value: most } as const;
  const name = `60 s of 1080p ${words}`;
  const seconds = (of: (run: Pair<Run>) => number): number => median(pairs.map(of)) / 1_000;
  return [
    ratioOf(`${name}, step to published file: wall time of plain FFmpeg`, pairs, {
      of: (run) => run.wall,
      goal,
    }),
    ratioOf(`${name}, step to published file: CPU time of plain FFmpeg`, pairs, { of: (run) => run.cpu }),
    ratioOf(`${name}, FFmpeg’s part of it: wall time of plain FFmpeg`, pairs, { of: (run) => run.made }),
    medianOf(
      `${name}, verifying and publishing`,
      pairs.map(({ ours }) => ours.wall - ours.made),
      { unit: 'ms' },
    ),
    {
      ...{ name: `${name}, step to published file`, value: seconds(({ ours }) => ours.wall), unit: 's' },
      yardstick: { name: 'plain FFmpeg', value: seconds(({ theirs }) => theirs.wall), unit: 's' },
    },
  ];
}

async function runOurs({ deps }: OwnParts, work: PlaybackWork, make: Make): Promise<Run> {
  let madeAt = 0;
  const watched = {
    ...deps,
    media: {
      ...deps.media,
      run: async (run) => {
        const done = await deps.media.run(run);
        if (run.output !== '/dev/null') madeAt = performance.now();
        return done;
      },
    },
  } satisfies ActivityDeps;
  const own = steps.create(watched);
  const begun = performance.now();
  const run = await timed(() => make({ steps: own, work }));
  await rm(deps.roots.resolve(work.output));
  await own.removePlayback({ work }, stepOf());
  return { ...run, made: madeAt - begun };
}

async function runPlain({ folder }: OwnParts, film: string, { plan }: PlaybackWork): Promise<Run> {
  const output = path.join(folder, 'plain.mp4');
  const options = wholeOptions(plan);
  const run = await timed(() =>
    plainFfmpeg([...options.input, '-i', `file:${film}`, ...options.output, `file:${output}`]),
  );
  await rm(output);
  return { ...run, made: run.wall };
}

async function timed(work: () => Promise<unknown>): Promise<Pick<Run, 'wall' | 'cpu'>> {
  let wall = 0;
  const cpu = await cpuWithEnded(process.pid, async () => {
    const begun = performance.now();
    await work();
    wall = performance.now() - begun;
  });
  return { wall, cpu };
}
