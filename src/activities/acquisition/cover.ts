import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';

import { Fault } from '../../domain/faults.js';
import type { SetFile } from '../../integrations/files/publish-set.js';
import type { ActivityDeps } from '../deps.js';
import type { StepContext } from '../jobs/step.js';
import type { ImportPlan } from './import-plan.js';

interface Covering {
  plan: Pick<ImportPlan, 'pictures' | 'media'>;
  /** The host path of a file of the download. */
  sourceOf: (from: string) => string;
  step: StepContext;
}

const EXTENSIONS: Readonly<Record<string, string>> = { mjpeg: '.jpg', png: '.png' };
/** ffprobe's names for one picture; a film of pictures has a container of its own. */
const PICTURE_CONTAINERS = new Set(['image2', 'jpeg_pipe', 'png_pipe']);
const MAX_BYTES = 20_000_000;

/** The download's own picture, else the one inside the first media file; none is no reason to fail. */
export async function prepareCover(deps: ActivityDeps, covering: Covering): Promise<SetFile | undefined> {
  for (const picture of covering.plan.pictures) {
    const cover = await withoutFailing(covering, picture, () =>
      checkPicture(deps, { file: covering.sourceOf(picture), step: covering.step }),
    );
    if (cover !== undefined) return cover;
  }
  const [first] = covering.plan.media;
  if (first === undefined) return undefined;
  return withoutFailing(covering, first.from, () =>
    extractCover(deps, { file: covering.sourceOf(first.from), step: covering.step }),
  );
}

/** A bad picture is told and left out; trouble of this host is not the picture's. */
async function withoutFailing(
  { step }: Covering,
  what: string,
  prepare: () => Promise<SetFile | undefined>,
): Promise<SetFile | undefined> {
  try {
    return await prepare();
  } catch (error) {
    if (step.signal.aborted || !(error instanceof Fault) || error.kind === 'environment') throw error;
    step.log('warn', `takes no cover from ${what}: ${error.message}`);
    return undefined;
  }
}

/** Decoded to be sure, and named by what it is (acquisition.md §5.4). @throws Fault for what is no picture. */
async function checkPicture(
  { media }: ActivityDeps,
  { file, step }: { file: string; step: StepContext },
): Promise<SetFile> {
  const { size } = await stat(file);
  if (size > MAX_BYTES)
    throw new Fault('release_fault', `it has ${size} bytes, a cover has ${MAX_BYTES} at most`);
  const { container, streams } = await media.probe(file, step.signal);
  const extension = EXTENSIONS[streams[0]?.codec ?? ''];
  if (extension === undefined || !PICTURE_CONTAINERS.has(container)) {
    throw new Fault('release_fault', `expected a JPEG or PNG picture, it is ${container}`);
  }
  const options = ['-frames:v', '1', '-xerror', '-f', 'null'];
  await media.run({ inputs: [{ path: file }], output: '/dev/null', options, signal: step.signal });
  return { name: `cover${extension}`, source: file };
}

async function extractCover(
  deps: ActivityDeps,
  { file, step }: { file: string; step: StepContext },
): Promise<SetFile | undefined> {
  const { streams } = await deps.media.probe(file, step.signal);
  const picture = streams.find(({ attachedPicture }) => attachedPicture);
  if (picture === undefined) return undefined;
  const extension = EXTENSIONS[picture.codec];
  const folder = deps.roots.resolve(`scratch:${step.jobId}`);
  await mkdir(folder, { recursive: true });
  const output = path.join(folder, `cover${extension ?? '.jpg'}`);
  const options = ['-map', `0:${picture.index}`, '-frames:v', '1', '-f', 'image2', '-update', '1'];
  await deps.media.run({
    inputs: [{ path: file }],
    output,
    // Another kind of picture becomes a JPEG; these two stay as they are.
    options: extension === undefined ? options : [...options, '-c', 'copy'],
    signal: step.signal,
  });
  return checkPicture(deps, { file: output, step });
}
