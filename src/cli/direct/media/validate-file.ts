import { examine } from '../../../activities/media/examine-video.js';
import { judgeVideo } from '../../../activities/media/judge-video.js';
import { Fault } from '../../../domain/faults.js';
import type { ValidationLevel, ValidationResult } from '../../../domain/media/validation.js';
import type { VideoFacts } from '../../../store/media/video-scan.js';
import type { NamedFile } from './files.js';
import type { OnFile } from './on-file.js';
import { requireSame } from './planned-encode.js';

/** What the job type `validate` does, on a plain file: looks inside, reads as deep as asked, and judges. */
export async function validateFile(
  { media, during }: OnFile,
  { file, level }: { file: NamedFile; level: ValidationLevel },
): Promise<ValidationResult> {
  return during('validateVideo', async (step) => {
    const inside = await lookInside(media, file, step.signal);
    const judged = await judgeVideo({ media }, { file, inside, level, step });
    await requireSame(file);
    return { ...judged, path: file.hostPath };
  });
}

/** @throws Fault transient for what says nothing of the content: somebody writes to it, or it cannot be read. */
export async function lookInside(
  media: OnFile['media'],
  { folder, name, found }: NamedFile,
  signal: AbortSignal,
): Promise<VideoFacts> {
  const examined = await examine(
    { file: found, verdict: 'new' },
    { media, hostRoot: folder, folder: '', candidates: [], signal },
  );
  if (examined.outcome === 'written' && examined.facts.valid !== null) return examined.facts;
  const why = examined.outcome === 'written' ? examined.facts.invalidReason : examined.outcome;
  throw new Fault('transient', `${name} could not be looked into: ${why ?? 'unknown'}`);
}
