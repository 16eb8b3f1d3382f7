import { Fault } from '../faults.js';

/** The root that playback files stand in. */
export const PLAYBACK_ROOT = 'playback';

/**
 * Where the playback file of a video goes, relative to its root: the video's own name, or that and the beginning of its id
 * where another video has it.
 */
export function defaultOutput(
  { id, title }: { id: string; title: string },
  { taken }: { taken: boolean },
): string {
  return taken ? `${title} ${id.slice(0, 8)}.mp4` : `${title}.mp4`;
}

/**
 * A path that somebody has asked for, relative to the root (media.md §1.3).
 * @throws Fault bad_input for one that leaves the root, is hidden, or is no MP4.
 */
export function askedOutput(text: string): string {
  const asked = text.startsWith(`${PLAYBACK_ROOT}/`) ? text.slice(PLAYBACK_ROOT.length + 1) : text;
  const names = asked.split('/');
  const isPlain = names.every((name) => name !== '' && !name.startsWith('.') && !name.includes('\0'));
  if (isPlain && /.\.mp4$/i.test(asked)) return asked;
  throw new Fault('bad_input', `Expected a path such as "playback/My film.mp4", got "${text}"`, {
    remedy:
      'Write it relative to the root playback, without hidden folders and "..", and let it end with .mp4',
  });
}
