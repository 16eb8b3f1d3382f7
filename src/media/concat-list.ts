/** Names of ours only: no name of a source is ever parsed (acquisition.md §8 no. 49). Durations in seconds. */
export function concatList(files: readonly { name: string; durationSeconds: number }[]): string {
  return [
    'ffconcat version 1.0',
    ...files.flatMap(({ name, durationSeconds }) => [
      `file ${name}`,
      `duration ${durationSeconds.toFixed(6)}`,
    ]),
    '',
  ].join('\n');
}
