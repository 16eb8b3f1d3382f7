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

/** Sessions of encoders are there only with a card that encodes and is not in quarantine: else software books none. */
export function withCard(capacity: Capacity, capabilities: Capabilities): Capacity {
  return hasCard(capabilities) ? capacity : { ...capacity, encoderSessions: 0 };
}

/** Keeps the ledger and the worker's row at what its host can do (media.md §5.1). */
export async function watchHardware(
  { db, log, hardware }: { db: Database; log: Log; hardware: Hardware },
  {
    workerId,
    capacity,
    change,
  }: { workerId: string; capacity: Capacity; change: (capacity: Capacity) => void },
): Promise<HardwareWatch> {
  const failed = (error: unknown): void => {
    log.warn({ err: error }, 'the encoders of this host could not be tried; they are tried again');
  };
  const found = await hardware.capabilities().catch((error: unknown) => {
    failed(error);
    return undefined;
  });
  const of = (now: Capabilities | undefined): Capacity =>
    now === undefined ? { ...capacity, encoderSessions: 0 } : withCard(capacity, now);
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
