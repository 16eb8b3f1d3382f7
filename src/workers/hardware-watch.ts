import type { Capacity } from '../domain/jobs/leases.js';
import { hasCard, type Capabilities } from '../domain/media/capabilities.js';
import type { Log } from '../jobs/deps.js';
import type { Hardware } from '../media/hardware/hardware.js';
import type { Database } from '../store/database.js';
import { recordCapabilities } from '../store/media/capabilities.js';

export interface HardwareWatch {
  /** What the process has to give before anybody asks. */
  capacity: Capacity;
  /** Once the worker's own row is there. */
  begin: () => Promise<void>;
  stop: () => Promise<void>;
}

export interface DeclaredCard {
  /** Somebody has said how much memory there is: it is booked, card or not, as a host without one may be tried so. */
  vramIsDeclared: boolean;
}

/** A card is there only where one encodes and is not in quarantine: else software books nothing of it. */
export function withCard(
  capacity: Capacity,
  capabilities: Capabilities | undefined,
  { vramIsDeclared }: DeclaredCard,
): Capacity {
  if (capabilities !== undefined && hasCard(capabilities)) return capacity;
  return { ...capacity, encoderSessions: 0, ...(vramIsDeclared ? {} : { vramMb: 0 }) };
}

/** Keeps the ledger and the worker's row at what its host can do (media.md §5.1). */
export async function watchHardware(
  { db, log, hardware }: { db: Database; log: Log; hardware: Hardware },
  {
    workerId,
    capacity,
    vramIsDeclared,
    change,
  }: { workerId: string; capacity: Capacity; change: (capacity: Capacity) => void } & DeclaredCard,
): Promise<HardwareWatch> {
  const failed = (error: unknown): void => {
    log.warn({ err: error }, 'the encoders of this host could not be tried; they are tried again');
  };
  const found = await hardware.capabilities().catch((error: unknown) => {
    failed(error);
    return undefined;
  });
  const of = (now: Capabilities | undefined): Capacity => withCard(capacity, now, { vramIsDeclared });
  let writing = Promise.resolve();
  const changed = (capabilities: Capabilities): void => {
    const given = of(capabilities);
    change(given);
    writing = writing
      .then(() => recordCapabilities(db, { workerId, capacity: given, capabilities }))
      .catch((error: unknown) => {
        log.warn({ err: error }, 'what this host can encode could not be shown');
      });
  };
  let watching: ReturnType<Hardware['watch']> | undefined;
  return {
    capacity: of(found),
    begin: async () => {
      watching = hardware.watch({ changed, failed });
      if (found !== undefined) changed(found);
      await writing;
    },
    stop: async () => {
      await watching?.stop();
      await writing;
    },
  };
}
