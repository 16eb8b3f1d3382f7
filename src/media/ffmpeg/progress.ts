/** How far FFmpeg is, by its own `-progress`; numbers never fall. */
export interface FfmpegPosition {
  /** Of the output, seconds. */
  seconds: number;
  frames: number;
  bytes: number;
  /** FFmpeg has said that it is done; what follows is the container's last work. */
  ended: boolean;
}

export const BEGINNING: FfmpegPosition = { seconds: 0, frames: 0, bytes: 0, ended: false };

const LINE =
  /^(frame|fps|stream_\d+_\d+_\w+|bitrate|total_size|out_time(?:_[um]s)?|dup_frames|drop_frames|speed|progress)=\s*(.*)$/;

/**
 * Reads FFmpeg's `-progress` from its stderr, line by line: a block of `key=value` that ends with `progress=`
 * (media.md R11). `onBlock` hears each block.
 */
export class ProgressReader {
  #at = BEGINNING;
  readonly #onBlock: (at: FfmpegPosition) => void;

  constructor(onBlock: (at: FfmpegPosition) => void) {
    this.#onBlock = onBlock;
  }

  get position(): FfmpegPosition {
    return this.#at;
  }

  /** False for a line that is none of the progress: FFmpeg's own words. */
  read(line: string): boolean {
    const [, key = '', value = ''] = LINE.exec(line) ?? [];
    if (key === '') return false;
    this.#take(key, value.trim());
    return true;
  }

  #take(key: string, value: string): void {
    switch (key) {
      case 'frame':
        this.#raise('frames', Number(value));
        break;
      case 'total_size':
        this.#raise('bytes', Number(value));
        break;
      // `out_time_ms` holds microseconds as well; before the first packet both say N/A or something negative.
      case 'out_time_us':
        this.#raise('seconds', Number(value) / 1_000_000);
        break;
      case 'progress':
        if (value === 'end') this.#at = { ...this.#at, ended: true };
        this.#onBlock(this.#at);
        break;
      default:
    }
  }

  #raise(key: 'seconds' | 'frames' | 'bytes', value: number): void {
    if (value > this.#at[key]) this.#at = { ...this.#at, [key]: value };
  }
}
