import { safeName } from '../acquisition/safe-name.js';
import { isVideoName, titleOf } from './video-name.js';

/** What file systems take of one name. */
const MAX_NAME_BYTES = 255;

const SUBTITLE = /^(\.[^/]+)?\.(srt|ass|ssa|vtt|sub|idx|sup)$/i;
const ABOUT = /^\.(nfo|jpe?g|png|webp)$/i;
const PICTURE = /^-(poster|fanart|thumb|landscape|banner|backdrop|logo|clearlogo|cover)\.(jpe?g|png|webp)$/i;

/** A file that goes along with a video: `ending` is what its name has beyond the video's own (`.en.srt`, `-poster.jpg`). */
export interface Companion {
  name: string;
  ending: string;
  /** Another video of the same name without its ending has it too, so that it stays for that one. */
  shared: boolean;
}

/**
 * What goes along with a video out of its folder's files: subtitles, `.nfo` and pictures that bear its name. One that
 * fits two videos is the one's whose name is longer: `a.b.srt` belongs to `a.b.mkv` where that is there, else to `a.mkv`.
 */
export function companionsOf(video: string, names: readonly string[]): Companion[] {
  const own = stemOf(video);
  const others = names.filter((name) => isVideoName(name) && name !== video).map(stemOf);
  return [...names].sort().flatMap((name) => {
    const ending = endingAfter(own, name);
    if (ending === undefined || others.some((other) => isCloser(other, own, name))) return [];
    return [{ name, ending, shared: others.includes(own) }];
  });
}

function isCloser(other: string, own: string, name: string): boolean {
  return other.length > own.length && endingAfter(other, name) !== undefined;
}

function stemOf(name: string): string {
  return titleOf(name).normalize('NFC');
}

function endingAfter(stem: string, name: string): string | undefined {
  const whole = name.normalize('NFC');
  if (!whole.startsWith(stem)) return undefined;
  const ending = whole.slice(stem.length);
  return SUBTITLE.test(ending) || ABOUT.test(ending) || PICTURE.test(ending) ? ending : undefined;
}

/** How a video and its companions are called at their new place; all share what comes before their endings. */
export interface MoveNames {
  video: string;
  companions: string[];
}

/**
 * Names that every file system takes: NFC, without forbidden characters, at most 255 bytes. They are cut before the
 * endings and before the number, which is told from the second name on: `Film (2).mkv`, `Film (2).en.srt`.
 */
export function moveNames(video: string, endings: readonly string[], number: number): MoveNames {
  const title = titleOf(video);
  const ending = video.slice(title.length);
  const safeEndings = endings.map(safeEnding);
  const suffix = number === 1 ? '' : ` (${number})`;
  const longest = Math.max(...[ending, ...safeEndings].map(bytesOf));
  const room = MAX_NAME_BYTES - longest - bytesOf(suffix);
  const cleaned = safeName(title, room);
  const stem = `${cleaned === '' ? 'video' : cleaned}${suffix}`;
  return { video: stem + ending, companions: safeEndings.map((own) => stem + own) };
}

const MAX_ENDING_BYTES = 100;

/** A subtitle's language and remarks may be anything; its kind is not. */
function safeEnding(ending: string): string {
  const kind = /\.[^.]*$/.exec(ending)?.[0] ?? '';
  const told = ending.slice(0, ending.length - kind.length);
  if (told === '') return kind;
  const first = told.startsWith('-') ? '-' : '.';
  const cleaned = safeName(told.slice(1), MAX_ENDING_BYTES);
  return cleaned === '' ? kind : first + cleaned + kind;
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
