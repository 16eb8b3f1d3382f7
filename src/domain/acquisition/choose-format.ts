export interface SoundFile {
  path: string;
  durationSeconds: number;
}

/** Totals nearer than this are one book twice, not two parts of one. */
const TOLERANCE = 0.1;
/** Chapters and one file first; MP3 plays everywhere. The rest by name, so that the choice is always the same. */
const PREFERRED = ['m4b', 'mp3'];

/** The files of one format where a release holds the same book in several (acquisition.md §8 no. 46), else all. */
export function chooseFormat<File extends SoundFile>(files: readonly File[]): File[] {
  const formats = new Map<string, File[]>();
  for (const file of files) {
    const format = formatOf(file.path);
    formats.set(format, [...(formats.get(format) ?? []), file]);
  }
  const totals = [...formats.values()].map(totalSeconds);
  const isOneBook = Math.min(...totals) >= Math.max(...totals) * (1 - TOLERANCE);
  const [chosen] = [...formats.keys()].sort(
    (one, other) => rank(one) - rank(other) || (one < other ? -1 : 1),
  );
  return isOneBook && chosen !== undefined ? (formats.get(chosen) ?? []) : [...files];
}

function formatOf(path: string): string {
  const extension = /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
  return extension === 'm4a' || extension === 'mp4' ? 'm4b' : extension;
}

function rank(format: string): number {
  const place = PREFERRED.indexOf(format);
  return place === -1 ? PREFERRED.length : place;
}

function totalSeconds(files: readonly SoundFile[]): number {
  return files.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0);
}
