import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';

import { Option, type Command } from 'commander';

import { catalogue } from '../../catalogue/index.js';
import { Fault } from '../../domain/faults.js';
import { ENCODERS } from '../../domain/media/encode-way.js';
import { X264_PRESETS, type PlaybackWish } from '../../domain/media/playback-wish.js';
import { encodeFile } from '../direct/media/encode-file.js';
import { encodeFolderOf } from '../direct/media/encode-folder.js';
import { requireFile, requireTarget } from '../direct/media/files.js';
import { onFile } from '../direct/media/on-file.js';
import { createOutput } from '../output.js';
import type { ProgramDeps } from '../program-deps.js';
import { encodedLines } from '../render/encoded.js';
import { checkMediaOptions, createMediaJob, withMediaOptions, type MediaOptions } from './media-job.js';
import { wholeNumber } from './parse-option.js';

interface EncodeOptions extends MediaOptions {
  crf?: number;
  preset?: string;
  targetBitrate?: number | 'auto';
  maxHeight?: number;
  maxFps?: number;
  audioLanguages?: string[];
  subtitles?: string;
  hdr?: string;
  encoder?: string;
  force?: true;
  replace?: true;
}

const TYPE = 'reencode_streaming';

export function addEncodeCommand(program: Command, deps: ProgramDeps): void {
  const command = program
    .command('encode')
    .description('Makes a file that every browser plays of a video; does nothing where it is one already.')
    .argument('<video>', 'its id, path or title in the library; with --direct a file')
    .argument('[output]', 'below the root playback, by default its name; with --direct the file to make')
    .option('--crf <n>', 'quality; lower is better and larger', wholeNumber({ min: 16, max: 40 }))
    .addOption(new Option('--preset <preset>', 'slower is smaller').choices(X264_PRESETS))
    .option('--target-bitrate <kbits>', 'most kbit/s of the picture, or auto', bitRate)
    .option('--max-height <lines>', 'most lines of the short side', wholeNumber({ min: 144, max: 2_160 }))
    .option('--max-fps <n>', 'most pictures a second', wholeNumber({ min: 10, max: 120 }))
    .option('--audio-languages <codes>', 'sound tracks to keep, such as eng,deu', commaSeparated)
    .addOption(new Option('--subtitles <what>', 'of text').choices(['keep', 'drop']))
    .addOption(new Option('--hdr <what>', 'high dynamic range').choices(['tonemap', 'refuse']))
    .addOption(
      new Option(
        '--encoder <encoder>',
        'without --direct: what encodes it; software where that one is not there',
      ).choices(['auto', ...ENCODERS]),
    )
    .option('--force', 'without --direct: encode even what was encoded, or found good, before')
    .option('--replace', 'with --direct: what stands at the output gives way')
    .addHelpText('after', HELP);
  withMediaOptions(command).action(
    async (video: string, output: string | undefined, options: EncodeOptions) => {
      checkMediaOptions(options, { only: { encoder: 'service', force: 'service', replace: 'direct' } });
      if (options.direct === true) await encodeDirect(deps, { video, output, options });
      else {
        const { encoder, force } = options;
        const params = { ...wishOf(options), outputPath: output, encoder, force };
        await createMediaJob(deps, { type: TYPE, video, params, options });
      }
    },
  );
}

/** What was not asked for is left to the job type. */
function wishOf(options: EncodeOptions): Partial<Record<keyof PlaybackWish, unknown>> {
  const { crf, preset, targetBitrate, maxHeight, maxFps, audioLanguages, subtitles, hdr } = options;
  const all = { crf, preset, targetBitrate, maxHeight, maxFps, audioLanguages, subtitles, hdr };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

interface Direct {
  video: string;
  output: string | undefined;
  options: EncodeOptions;
}

async function encodeDirect(deps: ProgramDeps, { video, output, options }: Direct): Promise<void> {
  if (output === undefined) {
    throw new Fault('bad_input', 'Expected two files with --direct, got one', {
      remedy: 'Name the file to make: longplay encode in.mkv out.mp4 --direct',
    });
  }
  const replace = options.replace === true;
  const params = wishOf(options);
  const wish = readWish(params);
  const source = await requireFile(video);
  const target = await requireTarget(output, { ending: /.\.mp4$/i, example: 'film.mp4', source, replace });
  const folder = encodeFolderOf(target);
  const work = {
    ...{ type: TYPE, title: `Encode ${source.name}`, params },
    weights: catalogue.find(TYPE).policy.weights,
    left: () => (existsSync(folder) ? folder : undefined),
  };
  const made = await onFile(deps, options, work, (on) => encodeFile(on, { source, target, replace, wish }));
  if (made === undefined) return;
  createOutput({ ...deps, json: options.json === true }).show(made, () =>
    encodedLines(made, { source: video, target: output }),
  );
}

/** Defaults and limits are the job type's own; which video is meant, a file's wish does not say. */
function readWish(params: object): PlaybackWish {
  return catalogue.find(TYPE).parse({ ...params, videoId: randomUUID() }).params as PlaybackWish;
}

function bitRate(text: string): number | 'auto' {
  return text === 'auto' ? text : wholeNumber({ min: 200, max: 50_000 })(text);
}

function commaSeparated(text: string): string[] {
  return text.split(',').filter((code) => code !== '');
}

const HELP = `
Examples:
  longplay encode in.mkv out.mp4 --direct                 here and now, with no server
  longplay encode "My film" --watch                       a job of the service, for a video of the library
  longplay encode library:films/a.mkv --max-height 720 --crf 26

With --direct an interrupted encode of a minute and more leaves its finished segments in a hidden folder beside the
output, and the same command goes on from there. Ctrl-C ends it; a name that begins with - goes behind "--".`;
