import type { DownloadItem } from '../../domain/acquisition/download.js';

export interface ClientProbe {
  product: string;
  version: string;
  /** Changes when the client restarts, where the client tells it. */
  sessionId?: string;
}

export interface AddDownload {
  /** From `itemIdFor`: known, and recorded by the caller, before the add. */
  clientItemId: string;
  torrent: Uint8Array;
  infoHash: string;
  /** Absolute directory as the client sees it; created by `add` where the client needs that. */
  directory: string;
  /** True where data of this item may already be on disk: it is verified, not fetched again. */
  resume: boolean;
}

export interface ClientFile {
  /** Relative to the download's directory, `/` between names. */
  path: string;
  sizeBytes: number;
  completedBytes: number;
}

/**
 * One download client. Every product behind it passes test/integrations/download-clients/contract.
 * Calls throw Fault `environment` with reason `client_unreachable` when the client cannot be reached.
 */
export interface DownloadClient {
  readonly id: string;
  readonly kind: string;
  probe(signal: AbortSignal): Promise<ClientProbe>;
  /** The id that an item will have, from what owns it and its info hash; pure. */
  itemIdFor(ownerKey: string, infoHash: string): string;
  /** Get-or-add: a second call with the same id changes nothing; verified by looking the item up. */
  add(download: AddDownload, signal: AbortSignal): Promise<void>;
  /** Every item, in one call. */
  list(signal: AbortSignal): Promise<DownloadItem[]>;
  files(clientItemId: string, signal: AbortSignal): Promise<ClientFile[]>;
  /** Idempotent: pausing a paused item is fine. @throws Fault gone when the item is unknown. */
  pause(clientItemId: string, signal: AbortSignal): Promise<void>;
  resume(clientItemId: string, signal: AbortSignal): Promise<void>;
  /** Idempotent. `deleteData` removes the item's files below `directory`, and only those. */
  remove(
    clientItemId: string,
    options: { deleteData: boolean; directory: string },
    signal: AbortSignal,
  ): Promise<void>;
}
