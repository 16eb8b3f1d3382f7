import { gravestFirst, verdictOf } from '../../domain/media/findings.js';
import type { MediaSource } from '../../domain/media/source.js';
import type { ValidationLevel, ValidationResult } from '../../domain/media/validation.js';
import type { ActivityDeps } from '../deps.js';
import type { StepContext } from '../jobs/step.js';
import { readDeeper, type ReadFile } from './read-deeper.js';
import { whyNoMedia } from './why-no-media.js';

export interface Judged {
  file: ReadFile;
  /** What a look inside has told: its streams, or why there are none. */
  inside: { streams: MediaSource | null; invalidReason: string | null };
  level: ValidationLevel;
  step: StepContext;
}

/** Reads a file as deep as asked, and says what is wrong with it (media.md §3.3). @throws as readDeeper. */
export async function judgeVideo(
  deps: Pick<ActivityDeps, 'media'>,
  { file, inside: { streams, invalidReason }, level, step }: Judged,
): Promise<Omit<ValidationResult, 'path'>> {
  const look =
    streams === null
      ? { findings: [await whyNoMedia(file, invalidReason)], read: NOTHING_READ, durationSeconds: null }
      : await readDeeper(deps, { known: file, source: streams, level, step });
  const findings = gravestFirst(look.findings);
  const verdict = verdictOf(findings);
  step.log('info', `${verdict}: ${findings.length} findings`, { codes: findings.map(({ code }) => code) });
  return {
    ...{ verdict, level, durationSeconds: look.durationSeconds },
    ...{ read: { bytes: file.found.sizeBytes, ...look.read }, findings },
  };
}

const NOTHING_READ = { packets: null, pictures: null, decodedSeconds: null };
