import { formatBytes } from '../../domain/jobs/amounts.js';
import { Fault } from '../../domain/faults.js';
import { parseLogicalPath } from '../../domain/logical-path.js';
import { requireRoot } from '../../integrations/files/target.js';
import { readVolume, type Volume } from '../../integrations/files/volume.js';
import { missingBytes } from '../../store/acquisition/space.js';
import type { Queryable } from '../../store/database.js';
import { lockSpace, reservedSpace, reserveSpace, type SpaceNeed } from '../../store/space.js';
import type { ActivityDeps } from '../deps.js';
import type { StepContext } from './step.js';

export type SpaceDeps = Pick<ActivityDeps, 'db' | 'roots'>;

/** Bytes that a step is about to write below a logical path. */
export interface SpaceWish extends SpaceNeed {
  /** True: a later step writes them, none of them becomes less by this one's work. */
  later?: boolean;
}

export interface HeldSpace {
  /** What is written is free no more: the reservation shrinks with it. `share` of this step's bytes, 0–1. */
  written: (share: number) => void;
  /** Gives back the rest. */
  release: () => Promise<void>;
}

/** A row is written ten times in a step at most. */
const SHRINK_BY = 0.1;

/**
 * Takes room on disks for a step, beside what others have still to write; nobody else is promised the same bytes.
 * @throws Fault environment (disk_full): the job waits and nothing was begun (media.md R18).
 */
export async function holdSpace(
  deps: SpaceDeps,
  { jobId }: Pick<StepContext, 'jobId'>,
  wishes: readonly SpaceWish[],
): Promise<HeldSpace> {
  await deps.db.transaction(async (tx) => {
    await lockSpace(tx);
    for (const { volume, places, bytes } of await byVolume(deps, wishes)) {
      const free = Math.max(0, volume.freeBytes - (await takenOn(deps, tx, { volume, except: jobId })));
      if (bytes > free) throw tooLittle({ places, bytes, free });
    }
    await reserveSpace(tx, jobId, wishes);
  });
  return shrinking(deps, jobId, wishes);
}

function shrinking({ db }: SpaceDeps, jobId: string, wishes: readonly SpaceWish[]): HeldSpace {
  let told = 0;
  // What is not written here is only promised longer than it must be.
  let last: Promise<unknown> = Promise.resolve();
  const write = (needs: readonly SpaceNeed[]): void => {
    last = last.then(() => reserveSpace(db, jobId, needs)).catch(() => undefined);
  };
  return {
    written: (share) => {
      if (share < told + SHRINK_BY) return;
      told = share;
      const left = Math.max(0, 1 - share);
      write(
        wishes.map(({ place, bytes, later }) => ({
          place,
          bytes: later === true ? bytes : Math.round(bytes * left),
        })),
      );
    },
    release: async () => {
      write([]);
      await last;
    },
  };
}

interface OnVolume {
  volume: Volume;
  places: string[];
  bytes: number;
}

async function byVolume({ roots }: SpaceDeps, needs: readonly SpaceNeed[]): Promise<OnVolume[]> {
  const found = new Map<number, OnVolume>();
  for (const { place, bytes } of needs) {
    // The disk below a mount that is away has another's room.
    await requireRoot(roots.folderOf(parseLogicalPath(place).root));
    const volume = await readVolume(roots.resolve(place));
    const known = found.get(volume.device) ?? { volume, places: [], bytes: 0 };
    found.set(volume.device, { volume, places: [...known.places, place], bytes: known.bytes + bytes });
  }
  return [...found.values()];
}

/** What others have still to write on this disk: jobs, and downloads where they go there too. */
async function takenOn(
  deps: SpaceDeps,
  db: Queryable,
  { volume, except }: { volume: Volume; except: string },
): Promise<number> {
  const downloads = { place: 'downloads:', bytes: await missingBytes(db) };
  return sharedBytes(deps, volume, [...(await reservedSpace(db, { except })), downloads]);
}

/** Those of the needs that are on this disk. A place that cannot be asked takes nothing from it. */
export async function sharedBytes(
  { roots }: Pick<SpaceDeps, 'roots'>,
  volume: Volume,
  needs: readonly SpaceNeed[],
): Promise<number> {
  const deviceOf = async (place: string): Promise<number> => (await readVolume(roots.resolve(place))).device;
  let sum = 0;
  for (const { place, bytes } of needs) {
    const theirs = await deviceOf(place).catch(() => undefined);
    if (theirs === volume.device) sum += bytes;
  }
  return sum;
}

function tooLittle({ places, bytes, free }: { places: string[]; bytes: number; free: number }): Fault {
  const names = [...new Set(places.map((place) => parseLogicalPath(place).root))].join(' and ');
  return new Fault(
    'environment',
    `Expected ${formatBytes(bytes)} of room on the disk of ${names}, ${formatBytes(free)} are free beside what others still need`,
    { waitingReason: 'disk_full', remedy: 'Make room there; the job goes on by itself' },
  );
}
