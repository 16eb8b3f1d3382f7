export interface Chapter {
  title: string;
  startSeconds: number;
  endSeconds: number;
}

/** A text in FFmpeg's own format of tags and chapters; times in milliseconds. */
export function ffmetadata({
  tags,
  chapters,
}: {
  tags: Readonly<Record<string, string>>;
  chapters: readonly Chapter[];
}): string {
  return [
    ';FFMETADATA1',
    ...Object.entries(tags).map(([name, value]) => `${name}=${escaped(value)}`),
    ...chapters.flatMap(({ title, startSeconds, endSeconds }) => [
      '[CHAPTER]',
      'TIMEBASE=1/1000',
      `START=${Math.round(startSeconds * 1_000)}`,
      `END=${Math.round(endSeconds * 1_000)}`,
      `title=${escaped(title)}`,
    ]),
    '',
  ].join('\n');
}

/** A backslash makes the next character part of the value, a line break too. */
function escaped(value: string): string {
  return value
    .replaceAll('\0', '')
    .replaceAll('\r\n', '\n')
    .replaceAll(/[=;#\\\n\r]/g, '\\$&');
}
