import path from 'node:path';

import { Option, type Command } from 'commander';

import { Fault } from '../../domain/faults.js';
import { VALIDATION_LEVELS, type ValidationLevel } from '../../domain/media/validation.js';
import { requireFile, requireTarget } from '../direct/media/files.js';
import { onFile } from '../direct/media/on-file.js';
import { thumbnailFile } from '../direct/media/thumbnail-file.js';
import { validateFile } from '../direct/media/validate-file.js';
import { EXIT } from '../exit-status.js';
import { createOutput } from '../output.js';
import type { ProgramDeps } from '../program-deps.js';
import { takenLines, validationLines } from '../render/looked.js';
import { checkMediaOptions, createMediaJob, withMediaOptions, type MediaOptions } from './media-job.js';
import { decimal, wholeNumber } from './parse-option.js';

interface ValidateOptions extends MediaOptions {
  level: ValidationLevel;
}

export function addValidate(group: Command, deps: ProgramDeps): void {
  const command = group
    .command('validate')
    .description('Looks for faults in a video. With --direct the exit status is 1 for an invalid one.')
    .argument('<video>', 'its id, path or title in the library; with --direct a file')
    .addOption(
      new Option('--level <level>', 'its header; every packet too; every picture and sound too')
        .choices(VALIDATION_LEVELS)
        .default('quick'),
    );
  withMediaOptions(command).action(async (video: string, options: ValidateOptions) => {
    checkMediaOptions(options, { only: {} });
    const { level } = options;
    if (options.direct === true) await validateDirect(deps, video, options);
    else await createMediaJob(deps, { type: 'validate', video, params: { level }, options });
  });
}

async function validateDirect(deps: ProgramDeps, given: string, options: ValidateOptions): Promise<void> {
  const { level } = options;
  const file = await requireFile(given);
  const work = {
    ...{ type: 'validate', title: `Validate ${file.name} (${level})`, params: { level } },
    weights: { validateVideo: 1 },
  };
  const result = await onFile(deps, options, work, (on) => validateFile(on, { file, level }));
  if (result === undefined) return;
  createOutput({ ...deps, json: options.json === true }).show(result, () => validationLines(result, given));
  if (result.verdict === 'invalid') deps.setExitStatus(EXIT.failed);
}

interface ThumbnailOptions extends MediaOptions {
  at?: number;
  width: number;
  poster?: true;
  sprite?: true | string;
  replace?: true;
}

export function addThumbnail(group: Command, deps: ProgramDeps): void {
  const command = group
    .command('thumbnail')
    .description('Takes a picture that stands for a video.')
    .argument('<video>', 'its id, path or title in the library; with --direct a file')
    .argument('[output]', 'with --direct: the picture to make, such as film.jpg')
    .option('--at <seconds>', 'from the beginning; by default a quarter of its length', decimal)
    .option('--width <pixels>', 'nothing is enlarged', wholeNumber({ min: 16, max: 3_840 }), 640)
    .option('--poster', 'without --direct: the same picture 1,000 pixels wide too')
    .option('--sprite [file]', 'a sheet of twelve small pictures too; with --direct the file to make')
    .option('--replace', 'with --direct: what stands there gives way');
  withMediaOptions(command).action(
    async (video: string, output: string | undefined, options: ThumbnailOptions) => {
      checkMediaOptions(options, { only: { poster: 'service', replace: 'direct' } });
      if (options.direct === true) await thumbnailDirect(deps, { video, output, options });
      else await thumbnailJob(deps, { video, output, options });
    },
  );
}

interface Asked {
  video: string;
  output: string | undefined;
  options: ThumbnailOptions;
}

async function thumbnailJob(deps: ProgramDeps, { video, output, options }: Asked): Promise<void> {
  const { at: timestamp, width, poster, sprite } = options;
  if (output !== undefined || typeof sprite === 'string') {
    throw new Fault(
      'bad_input',
      'Expected no file to make without --direct: the service has a place for it',
      {
        remedy: 'Add --direct, or leave the file away',
      },
    );
  }
  const params = { timestamp, width, poster, sprite };
  await createMediaJob(deps, { type: 'thumbnail_generate', video, params, options });
}

const PICTURE = { ending: /.\.jpe?g$/i, example: 'film.jpg' };

async function thumbnailDirect(deps: ProgramDeps, { video, output, options }: Asked): Promise<void> {
  const { sprite } = options;
  if (output === undefined || sprite === true) {
    throw new Fault('bad_input', 'Expected the files to make with --direct', {
      remedy: 'longplay media thumbnail film.mkv film.jpg --direct --sprite sheet.jpg',
    });
  }
  const replace = options.replace === true;
  const source = await requireFile(video);
  const target = await requireTarget(output, { ...PICTURE, source, replace });
  const sheet =
    sprite === undefined ? undefined : await requireTarget(sprite, { ...PICTURE, source, replace });
  if (sheet !== undefined && (sheet === target || path.dirname(sheet) !== path.dirname(target)))
    throw new Fault('bad_input', 'Expected the sheet beside the picture, under another name');
  const { at: timestamp, width } = options;
  const wish = { ...(timestamp === undefined ? {} : { timestamp }), width };
  const work = {
    ...{ type: 'thumbnail_generate', title: `Thumbnail of ${source.name}`, params: wish },
    weights: { makeThumbnail: 1 },
  };
  const wanted = { source, target, sheet, replace, wish };
  const taken = await onFile(deps, options, work, (on) => thumbnailFile(on, wanted));
  if (taken !== undefined)
    createOutput({ ...deps, json: options.json === true }).show(taken, () => takenLines(taken));
}
