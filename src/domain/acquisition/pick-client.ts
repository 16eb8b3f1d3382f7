import type { Protocol } from './release.js';

export interface OfferedClient {
  id: string;
  enabled: boolean;
  /** 1 is asked first, 50 last. */
  priority: number;
  protocols: readonly Protocol[];
  isReachable: boolean;
  /** Downloads that it has of ours and that are not complete. */
  open: number;
}

/**
 * By priority, among equals the one with the least to do; one that is away only when all that fetch this protocol are: the add then waits for it, and no other
 * release is tried instead (acquisition.md §3.8). undefined: nobody fetches it.
 */
export function pickClient<Client extends OfferedClient>(
  clients: readonly Client[],
  protocol: Protocol,
): Client | undefined {
  return clients
    .filter(({ enabled, protocols }) => enabled && protocols.includes(protocol))
    .toSorted(
      (a, b) => Number(b.isReachable) - Number(a.isReachable) || a.priority - b.priority || a.open - b.open,
    )[0];
}
