import { availableParallelism } from 'node:os';
import path from 'node:path';

import { eachAtMost } from '../../domain/each-at-most.js';
import { errorCode } from '../../domain/faults.js';
import { diffScan, type FoundFile, type ScannedFile, type ScanRules } from '../../domain/media/diff-scan.js';
import { findFile } from '../../integrations/files/find-file.js';
import {
  knownBetween,
  likeThese,
  markUnseen,
  moveVideo,
  seeVideos,
  writeVideos,
  type KnownVideo,
  type VideoFacts,
} from '../../store/media/video-scan.js';
import type { StepContext } from '../jobs/step.js';
import { examine, type Examined } from './examine-video.js';
import type { ScanDeps, ScanPlace } from './scan-place.js';
import type { ScanCounts, WalkState } from './scan-state.js';
import { namesOf } from './video-facts.js';

/** Each runs ffprobe twice. */
const EXAMINED_AT_ONCE = Math.max(2, availableParallelism());
/** After so many the clock is looked at, and the rows can be written. */
const GROUP = EXAMINED_AT_ONCE * 8;
/** What was looked into is written at least so often, milliseconds: a kill costs no more. */
const WRITE_EACH_MS = 5_000;

export interface Scan {
  deps: ScanDeps;
  place: ScanPlace;
  /** Host folder of the root. */
  hostRoot: string;
  rules: Omit<ScanRules, 'nowMs'>;
  step: StepContext;
  onPassedOver: (entry: { what: 'file' | 'folder' | 'link'; relative: string; why: string }) => void;
}

/**
 * Reads and writes the files at these paths, which follow the cursor, and gives the state after each part that is
 * written. The last one stands at the last path.
 */
export async function* scanBatch(
  scan: Scan,
  walk: WalkState,
  paths: readonly string[],
): AsyncIterable<WalkState> {
  const last = paths.at(-1);
  if (last === undefined) return;
  const found = await findAll(scan, paths);
  const known = await seeKnown(scan, walk, { upTo: last, found });
  const rules = { ...scan.rules, nowMs: Date.now() };
  let rest = diffScan(found, known, rules);
  let state = walk;
  do {
    const { done, examined } = await examineSome(scan, rest);
    await write(scan, examined, done);
    rest = rest.slice(done.length);
    const cursor = rest.length === 0 ? last : (done.at(-1)?.file.path ?? last);
    state = { ...state, cursor, counts: addCounts(state.counts, done, examined) };
    yield state;
  } while (rest.length > 0);
}

/** One stat each; undefined ones went away since they were listed. */
async function findAll({ hostRoot, onPassedOver }: Scan, paths: readonly string[]): Promise<FoundFile[]> {
  const found = await Promise.all(
    paths.map((relative) =>
      findFile(hostRoot, relative).catch((error: unknown) => {
        const why = errorCode(error) ?? '';
        if (!['EACCES', 'EPERM', 'EIO', 'EOVERFLOW'].includes(why)) throw error;
        // Whether its row is missing is not known.
        onPassedOver({ what: 'folder', relative: path.posix.dirname(relative), why });
        return undefined;
      }),
    ),
  );
  return found.filter((file) => file !== undefined);
}

/** The rows of what was found. Others between the cursor and the last path were not seen. */
export async function seeKnown(
  { deps, place }: Pick<Scan, 'deps' | 'place'>,
  { cursor, since, scanId }: WalkState,
  { upTo, found }: { upTo: string | null; found: readonly FoundFile[] },
): Promise<Map<string, KnownVideo>> {
  const paths = new Set(found.map((file) => file.path));
  const known = new Map<string, KnownVideo>();
  const range = { ...place, after: cursor ?? undefined, upTo, since };
  for await (const rows of knownBetween(deps.db, range)) {
    const unseen: string[] = [];
    for (const row of rows) {
      if (paths.has(row.path)) known.set(row.path, row);
      else if (!row.missing && row.unseenIn !== scanId) unseen.push(row.id);
    }
    await markUnseen(deps.db, { scanId, ids: unseen });
  }
  return known;
}

type Scanned = ScannedFile<KnownVideo>;

/** As many files, in their order, as five seconds allow; at least one group. */
async function examineSome(
  scan: Scan,
  files: readonly Scanned[],
): Promise<{ done: readonly Scanned[]; examined: Map<Scanned, Examined> }> {
  const examined = new Map<Scanned, Examined>();
  const toOpen = files.filter(isToOpen);
  const begun = performance.now();
  for (let at = 0; at < toOpen.length; at += GROUP) {
    const first = toOpen[at];
    if (at > 0 && first !== undefined && performance.now() - begun > WRITE_EACH_MS)
      return { done: files.slice(0, files.indexOf(first)), examined };
    await examineGroup(scan, toOpen.slice(at, at + GROUP), examined);
  }
  return { done: files, examined };
}

function isToOpen({ verdict }: Scanned): boolean {
  return verdict !== 'unchanged' && verdict !== 'tooYoung';
}

async function examineGroup(
  { deps, place, hostRoot, step }: Scan,
  group: readonly Scanned[],
  examined: Map<Scanned, Examined>,
): Promise<void> {
  const added = group.filter(({ verdict }) => verdict === 'new').map(({ file }) => file);
  const candidates = await likeThese(deps.db, { root: place.root, files: added });
  const { signal } = step;
  const examination = { media: deps.media, hostRoot, folder: place.folder, candidates, signal };
  await eachAtMost(EXAMINED_AT_ONCE, group, async (scanned) => {
    signal.throwIfAborted();
    examined.set(scanned, await takeMoved(deps, await examine(scanned, examination)));
  });
}

/** A moved file takes the first row that nobody else has taken; without one it is new. */
async function takeMoved({ db }: ScanDeps, outcome: Examined): Promise<Examined> {
  if (outcome.outcome !== 'moved') return outcome;
  for (const row of outcome.from) {
    const isMoved = await moveVideo(db, { ...outcome.file, ...namesOf(outcome.file.path), id: row.id });
    if (isMoved) return { ...outcome, from: [row] };
  }
  return outcome.facts();
}

async function write(
  { deps, place }: Scan,
  examined: ReadonlyMap<Scanned, Examined>,
  done: readonly Scanned[],
): Promise<void> {
  const written: VideoFacts[] = [];
  const seen: { id: string; device: string; inode: string }[] = [];
  for (const outcome of examined.values()) {
    if (outcome.outcome === 'written') written.push(outcome.facts);
    else if (outcome.outcome === 'same') seen.push(identityOf(outcome.known, outcome.file));
  }
  for (const { verdict, known, file } of done) {
    if (verdict === 'unchanged' && (known.missing || known.unseenIn !== null))
      seen.push(identityOf(known, file));
  }
  await seeVideos(deps.db, seen);
  await writeVideos(deps.db, { root: place.root, videos: written });
}

function identityOf({ id }: KnownVideo, { device, inode }: FoundFile) {
  return { id, device, inode };
}

function addCounts(
  before: ScanCounts,
  done: readonly Scanned[],
  examined: ReadonlyMap<Scanned, Examined>,
): ScanCounts {
  const counts = { ...before };
  for (const scanned of done) {
    const outcome = examined.get(scanned);
    const counted = countedAs(scanned, outcome);
    if (counted === undefined) continue;
    counts.found += 1;
    counts[counted] += 1;
    if (isInvalid(scanned, outcome)) counts.invalid += 1;
  }
  return counts;
}

type Counted = 'new' | 'changed' | 'unchanged' | 'moved' | 'tooYoung' | 'growing' | undefined;

/** Undefined: it went away. What a killed attempt of this walk has written counts as what it was. */
function countedAs({ verdict, known }: Scanned, outcome: Examined | undefined): Counted {
  switch (outcome?.outcome) {
    case 'gone':
      return undefined;
    case 'growing':
    case 'moved':
      return outcome.outcome;
    case 'written':
      return verdict === 'new' || known?.addedSince === true
        ? 'new'
        : verdict === 'reopened'
          ? 'unchanged'
          : 'changed';
    case 'same':
    case undefined:
      if (verdict === 'tooYoung') return 'tooYoung';
      return known?.addedSince === true ? 'new' : known?.probedSince === true ? 'changed' : 'unchanged';
  }
}

function isInvalid({ known }: Scanned, outcome: Examined | undefined): boolean {
  if (outcome?.outcome === 'written') return outcome.facts.valid === false;
  if (outcome?.outcome === 'moved') return outcome.from[0]?.valid === false;
  return known?.valid === false;
}
