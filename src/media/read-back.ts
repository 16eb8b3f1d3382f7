import type { MediaDescription } from './probe-output.js';
import type { MediaTools } from './tools.js';

/** Names of tags that were not read back; how blanks are kept is the format's own affair. */
export function differingTags(
  wanted: Readonly<Record<string, string>>,
  { tags }: Pick<MediaDescription, 'tags'>,
): string[] {
  const plain = (text: string | undefined): string => (text ?? '').replaceAll(/\s+/g, ' ').trim();
  return Object.entries(wanted)
    .filter(([name, value]) => plain(tags[name]) !== plain(value))
    .map(([name]) => name);
}

/** Decodes the first sound within a window such as `['-t', '10']`. @throws as RunFfmpeg. */
export async function decodeSound(
  { run }: MediaTools,
  { file, window, signal }: { file: string; window: readonly string[]; signal: AbortSignal },
): Promise<void> {
  await run({
    inputs: [{ path: file, options: window }],
    output: '/dev/null',
    options: ['-map', '0:a:0', '-xerror', '-f', 'null'],
    signal,
  });
}
