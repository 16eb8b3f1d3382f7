import type { MediaSource } from '../../domain/media/source.js';
import { addError, classifyError, type Classified, type ErrorTally } from '../../domain/media/error-tally.js';
import { environmentFault } from '../ffmpeg/ffmpeg-fault.js';
import { isErrorLine } from '../ffmpeg/said.js';

/** Keeps every line apart, though it says the same as the one before, and marks it with its level. */
export const EVERY_LINE = 'repeat+level';

const KEPT_CHARACTERS = 200;

/** Hears FFmpeg's or ffprobe's error lines about one file and counts them by class. */
export class ErrorWords {
  /** A line that may mean the disk and not the file: somebody has to ask the disk. */
  blamesDisk = false;
  readonly #tally: ErrorTally;
  readonly #hostPath: string;
  readonly #classified: Classified;

  constructor(tally: ErrorTally, { hostPath, source }: { hostPath: string; source: MediaSource }) {
    this.#tally = tally;
    this.#hostPath = hostPath;
    this.#classified = { container: source.container, sound: source.audio.map(({ index }) => index) };
  }

  add(line: string, atSeconds?: number): void {
    if (!isErrorLine(line)) return;
    if (environmentFault(line) !== undefined) this.blamesDisk = true;
    addError(this.#tally, {
      kind: classifyError(line, this.#classified),
      said: this.#clean(line),
      ...(atSeconds === undefined ? {} : { atSeconds }),
    });
  }

  /** Without addresses in memory, levels, and the host's path. */
  #clean(line: string): string {
    return line
      .replaceAll(this.#hostPath, 'the file')
      .replaceAll(/ @ 0x[0-9a-f]+/g, '')
      .replaceAll(/\[(error|fatal|panic)\] /g, '')
      .slice(0, KEPT_CHARACTERS);
  }
}
