const KEPT_CHARACTERS = 64 * 1024;

export function isErrorLine(line: string): boolean {
  return /\[(error|fatal|panic)\]/.test(line);
}

/** What FFmpeg says beside its progress: its last 64 KiB, and how many lines it calls errors (media.md R2, V9). */
export class FfmpegWords {
  #lines: string[] = [];
  #characters = 0;
  #errors = 0;

  /** `-v level+warning` marks each line: `[mov @ 0x5] [error] …`. True for an error. */
  add(line: string): boolean {
    const isError = isErrorLine(line);
    if (isError) this.#errors += 1;
    const kept = `${line.slice(0, 4_000)}\n`;
    this.#lines.push(kept);
    this.#characters += kept.length;
    while (this.#characters > KEPT_CHARACTERS) this.#characters -= this.#lines.shift()?.length ?? 0;
    return isError;
  }

  get errors(): number {
    return this.#errors;
  }

  get text(): string {
    return this.#lines.join('').trimEnd();
  }
}
