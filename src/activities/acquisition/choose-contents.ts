import { lstat } from 'node:fs/promises';
import path from 'node:path';

import { chooseEbook } from '../../domain/acquisition/choose-ebook.js';
import { chooseFormat } from '../../domain/acquisition/choose-format.js';
import { chooseEpisode, chooseMovie } from '../../domain/acquisition/choose-video.js';
import { classifyFile, inReadingOrder, type FileClass } from '../../domain/acquisition/classify.js';
import { bookFileNames, videoFileNames } from '../../domain/acquisition/file-names.js';
import { qualityOf } from '../../domain/acquisition/quality-label.js';
import type { MediaItem } from '../../domain/acquisition/release.js';
import type { SidecarChapter } from '../../domain/acquisition/sidecar.js';
import { subtitleNames } from '../../domain/acquisition/subtitle-names.js';
import { LEAST_CONFIDENCE, tagConfidence, type Confidence } from '../../domain/acquisition/tag-confidence.js';
import { eachAtMost } from '../../domain/each-at-most.js';
import { Fault } from '../../domain/faults.js';
import { checkEbook } from '../../integrations/files/ebook-file.js';
import type { MediaDescription } from '../../media/probe.js';
import type { DownloadRow } from '../../store/acquisition/downloads.js';
import type { ActivityDeps } from '../deps.js';
import type { StepContext } from '../jobs/step.js';
import { chaptersOf } from './chapters-of.js';
import type { DownloadedFile } from './download-files.js';

export interface PlannedFile {
  /** Relative to the download's folder. */
  from: string;
  name: string;
  sizeBytes: number;
}

/** What of a download is filed, and under which names. */
export interface Contents {
  /** `modifiedAtMs`: before it was probed. */
  media: (PlannedFile & { durationSeconds: number; modifiedAtMs?: number })[];
  extras: PlannedFile[];
  chapters: SidecarChapter[];
  confidence: Confidence;
}

export interface Choosing {
  download: DownloadRow;
  item: MediaItem;
  /** A person has looked: doubts are settled. */
  accepted: boolean;
  step: StepContext;
}

/** Each is a process of its own. */
const PROBES_AT_ONCE = 2;

/** A running time further off than this is another work or a cut one (acquisition.md §5.1). */
const RUNTIME_TOLERANCE = 0.1;

/**
 * @throws Fault release_fault for a download without what is wanted; bad_input where a person has to say whether it is.
 */
export async function chooseContents(
  deps: ActivityDeps,
  choosing: Choosing,
  files: readonly DownloadedFile[],
): Promise<Contents> {
  const { mediaType } = choosing.item;
  const media = files.filter(({ path: file }) => classifyFile(file, mediaType) === 'media');
  if (media.length === 0) throw nothingWanted(choosing.item, files);
  switch (mediaType) {
    case 'audiobook':
      return chooseSound(deps, choosing, media);
    case 'ebook':
      return chooseText(deps, choosing, media);
    case 'movie':
    case 'episode':
      return choosePicture(deps, choosing, { media, files });
  }
}

function nothingWanted({ mediaType }: MediaItem, files: readonly DownloadedFile[]): Fault {
  const counts = new Map<FileClass, number>();
  for (const { path: file } of files) {
    const what = classifyFile(file, mediaType);
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  const told = [...counts].map(([what, count]) => `${count} ${what}`).join(', ');
  const packed = counts.has('archive') ? '; archives are not unpacked' : '';
  const wanted = mediaType === 'audiobook' ? 'media file' : `${mediaType} file`;
  return new Fault(
    'release_fault',
    `The download has no ${wanted} among ${files.length} files${told === '' ? '' : ` (${told})`}${packed}`,
  );
}

type ProbedFile = MediaDescription & { path: string; modifiedAtMs: number };

async function chooseSound(
  deps: ActivityDeps,
  choosing: Choosing,
  media: readonly DownloadedFile[],
): Promise<Contents> {
  const { item } = choosing;
  const probed = await probeAll(deps, choosing, inReadingOrder(media.map(({ path: file }) => file)));
  const chosen = chooseFormat(probed);
  requireStream(chosen, 'audio');
  const confidence = tagConfidence(
    item,
    chosen.map(({ tags }) => tags),
  );
  checkDoubts(choosing, chosen, confidence);
  const names = bookFileNames(
    item,
    chosen.map(({ path: file }) => bookExtension(file)),
  );
  return { media: named(chosen, names), extras: [], chapters: chaptersOf(chosen), confidence };
}

/** A reader takes one file; whether it is a book shows without ffprobe. */
async function chooseText(
  deps: ActivityDeps,
  { item, download, accepted }: Choosing,
  media: readonly DownloadedFile[],
): Promise<Contents> {
  const chosen = chooseEbook(
    media.map(({ path: file }) => file),
    item,
  );
  const file = media.find(({ path: one }) => one === chosen?.path);
  if (chosen === undefined || file === undefined) throw nothingWanted(item, media);
  if (chosen.doubt !== undefined && !accepted) throw doubtful(chosen.doubt);
  await checkEbook(path.join(deps.roots.resolve(download.directory), file.path));
  const [name = path.basename(file.path)] = bookFileNames(item, [path.extname(file.path).toLowerCase()]);
  const why = chosen.doubt ?? 'the only book of the download, or the one that bears the title';
  return {
    media: [{ from: file.path, name, sizeBytes: file.sizeBytes, durationSeconds: 0 }],
    extras: [],
    chapters: [],
    confidence: { percent: chosen.doubt === undefined ? 90 : LEAST_CONFIDENCE, why },
  };
}

async function choosePicture(
  deps: ActivityDeps,
  choosing: Choosing,
  { media, files }: { media: readonly DownloadedFile[]; files: readonly DownloadedFile[] },
): Promise<Contents> {
  const { item, download, accepted } = choosing;
  const chosen = item.mediaType === 'episode' ? chooseEpisode(media, item) : chooseMovie(media);
  if (chosen === undefined) throw nothingWanted(item, files);
  const { doubt, episodes } = chosen;
  if (doubt !== undefined && !accepted) throw doubtful(doubt);
  const paths = chosen.files.map(({ path: file }) => file);
  const probed = await probeAll(deps, choosing, paths);
  requireStream(probed, 'video');
  if (!accepted) checkRuntime(item, probed, Math.max(1, episodes.length));
  const quality = qualityOf(download.releaseTitle);
  const extensions = paths.map((file) => path.extname(file).toLowerCase());
  const names = videoFileNames(
    { ...item, ...(quality === undefined ? {} : { quality }) },
    { extensions, episodes },
  );
  return {
    media: named(probed, names),
    extras: subtitlesOf(files, { video: paths, names, isAlone: media.length === 1 }),
    chapters: [],
    confidence: {
      percent: doubt === undefined ? 90 : LEAST_CONFIDENCE,
      why: doubt ?? 'its name tells what it is',
    },
  };
}

/** Along with one file only: of parts nobody can tell whose they are. */
function subtitlesOf(
  files: readonly DownloadedFile[],
  { video: [video, ...others], names, isAlone }: { video: string[]; names: string[]; isAlone: boolean },
): PlannedFile[] {
  if (video === undefined || others.length > 0) return [];
  const subtitles = files.filter(({ path: file }) => classifyFile(file, 'movie') === 'subtitle');
  const told = subtitleNames(
    subtitles.map(({ path: file }) => file),
    { video, name: names[0] ?? video, isAlone },
  );
  return told.map(({ from, name }) => ({
    from,
    name,
    sizeBytes: subtitles.find(({ path: file }) => file === from)?.sizeBytes ?? 0,
  }));
}

async function probeAll(
  deps: ActivityDeps,
  { download, step }: Choosing,
  files: readonly string[],
): Promise<ProbedFile[]> {
  const source = deps.roots.resolve(download.directory);
  const probed = new Map<string, ProbedFile>();
  await eachAtMost(PROBES_AT_ONCE, files, async (file) => {
    const hostPath = path.join(source, file);
    // Before anybody looks into it: what is written to it later has another time.
    const { mtimeMs: modifiedAtMs } = await lstat(hostPath);
    probed.set(file, { ...(await deps.media.probe(hostPath, step.signal)), path: file, modifiedAtMs });
    step.progress({ done: probed.size, total: files.length, unit: 'files' });
  });
  return files.flatMap((file) => probed.get(file) ?? []);
}

function named(probed: readonly ProbedFile[], names: readonly string[]): Contents['media'] {
  return probed.map(({ path: from, sizeBytes, durationSeconds, modifiedAtMs }, index) => ({
    from,
    name: names[index] ?? path.basename(from),
    sizeBytes,
    durationSeconds,
    modifiedAtMs,
  }));
}

function requireStream(probed: readonly ProbedFile[], wanted: 'audio' | 'video'): void {
  const without = probed.filter(
    ({ streams }) => !streams.some(({ type, attachedPicture }) => type === wanted && !attachedPicture),
  );
  if (without.length === 0) return;
  const what = wanted === 'audio' ? 'sound' : 'picture';
  throw new Fault('release_fault', `${without.length} of ${probed.length} files have no ${what}`);
}

function checkDoubts(
  { item, accepted }: Choosing,
  probed: readonly ProbedFile[],
  { percent, why }: Confidence,
): void {
  if (accepted) return;
  checkRuntime(item, probed, 1);
  if (percent < LEAST_CONFIDENCE) throw doubtful(`${percent} % sure: ${why}, expected "${item.title}"`);
}

/** It may be another edition that is wanted all the same: a person decides (acquisition.md §5.1 no. 4). */
function checkRuntime(item: MediaItem, probed: readonly ProbedFile[], times: number): void {
  if (item.runtimeSeconds === undefined) return;
  const wanted = item.runtimeSeconds * times;
  const total = probed.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0);
  if (Math.abs(total - wanted) / wanted <= RUNTIME_TOLERANCE) return;
  const what = item.mediaType === 'audiobook' ? 'sound' : 'film';
  throw doubtful(`Expected about ${Math.round(wanted)} s of ${what}, got ${Math.round(total)} s`);
}

function doubtful(what: string): Fault {
  return new Fault('bad_input', what, {
    remedy: 'Look at it: accept the import if it is what was asked for, or reject it',
  });
}

/** Audiobookshelf knows `.m4b` for an MP4 that is a book; only the name changes (acquisition.md §5.4). */
function bookExtension(file: string): string {
  const extension = path.extname(file).toLowerCase();
  return extension === '.mp4' || extension === '.m4a' ? '.m4b' : extension;
}
