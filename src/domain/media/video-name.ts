const VIDEO = /\.(mp4|m4v|mov|mkv|webm|avi|divx|ts|m2?ts|mpe?g|vob|flv|wmv|asf|ogv|ogm|3gp|3g2)$/i;

/** Work under way: `a.mp4.part`, `a.partial.mp4` (media.md R7, §3.1). */
const UNFINISHED = /\.(partial[^./]*|tmp|part|!qB)(\.[^./]+)?$/i;

/** Folders that systems keep for themselves. */
const SYSTEM_FOLDERS = new Set([
  'lost+found',
  '@eaDir',
  '#recycle',
  '$RECYCLE.BIN',
  'System Volume Information',
]);

/** Whether a file of this name may be a video; what it really is, ffprobe says. */
export function isVideoName(name: string): boolean {
  return VIDEO.test(name) && !isHidden(name) && !UNFINISHED.test(name);
}

/** Whether scans look into a folder of this name. */
export function isScannedFolder(name: string): boolean {
  return !isHidden(name) && !SYSTEM_FOLDERS.has(name);
}

function isHidden(name: string): boolean {
  return name.startsWith('.');
}

/** A file's name without its ending. */
export function titleOf(filename: string): string {
  return filename.replace(/(?<=.)\.[^.]*$/, '');
}

/** The ending in lower case, without its dot: `mp4`. */
export function endingOf(filename: string): string {
  return /\.([^.]*)$/.exec(filename)?.[1]?.toLowerCase() ?? '';
}
