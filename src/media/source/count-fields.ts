import { Fault } from '../../domain/faults.js';
import type { FieldCount } from '../../domain/media/fields.js';
import type { MediaTools } from '../tools.js';
import { readFieldCount } from '../validate/decode-figures.js';

/** Three looks tell as much as the whole film, in a second or two. */
const LOOKS = [0.15, 0.5, 0.85];
const PICTURES_EACH = 100;
/** A film that is shorter is looked at from its beginning. */
const SHORT_SECONDS = 30;
const THREADS = 2;

export interface Looking {
  hostPath: string;
  /** Of the picture. */
  index: number;
  /** Its length; null: unknown. */
  seconds: number | null;
  signal: AbortSignal;
}

/**
 * What idet makes of some hundred pictures from three places. What cannot be decoded there counts nothing: whether that
 * is a fault of the film is for others to say.
 * @throws the signal's reason, Fault environment.
 */
export async function countFieldsOf(tools: Pick<MediaTools, 'run'>, looking: Looking): Promise<FieldCount> {
  const { seconds } = looking;
  const starts = seconds === null || seconds < SHORT_SECONDS ? [0] : LOOKS.map((share) => seconds * share);
  const total = { top: 0, bottom: 0, progressive: 0 };
  for (const start of starts) {
    const { top, bottom, progressive } = await lookFrom(tools, looking, start);
    total.top += top;
    total.bottom += bottom;
    total.progressive += progressive;
  }
  return total;
}

async function lookFrom(
  { run }: Pick<MediaTools, 'run'>,
  { hostPath, index, signal }: Looking,
  start: number,
): Promise<FieldCount> {
  try {
    const { said } = await run({
      inputs: [{ path: hostPath, options: ['-threads', String(THREADS), '-ss', start.toFixed(3)] }],
      output: '/dev/null',
      options: [
        ...['-v', 'level+info', '-map', `0:${index}`, '-frames:v', String(PICTURES_EACH)],
        ...['-filter:v', 'idet', '-f', 'null'],
      ],
      signal,
    });
    return readFieldCount(said);
  } catch (error) {
    if (signal.aborted || !(error instanceof Fault) || error.kind === 'environment') throw error;
    return { top: 0, bottom: 0, progressive: 0 };
  }
}
