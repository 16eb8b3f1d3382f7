import type { DirectFile, DownloadItem, FileAccess } from '../../domain/acquisition/download.js';
import type { ClientKind } from '../../domain/acquisition/products.js';
import type { Protocol } from '../../domain/acquisition/release.js';

export interface ClientProbe {
  product: string;
  version: string;
  /** Changes when the client restarts, where the client tells it. */
  sessionId?: string;
}

/** What is wrong with a client's own settings, or with what it can do for us; for the health page and the set-up. */
export interface ClientWarning {
  /** Such as `removes_at_ratio`: stable, for tests and alerts. */
  code: string;
  message: string;
  remedy: string;
}

export interface ClientCheck {
  warnings: ClientWarning[];
  /** Where it saves what names no folder, as the client sees it. */
  saveDirectory?: string;
  /** Free bytes there, where the client tells them. */
  freeBytes?: number;
}

/** What is handed over; which kinds a client takes follows from its `protocols`. */
export type DownloadContent =
  | { kind: 'torrent'; bytes: Uint8Array; infoHash: string }
  | { kind: 'magnet'; uri: string; infoHash: string }
  | { kind: 'nzb'; bytes: Uint8Array }
  | { kind: 'files'; files: DirectFile[] };

export interface AddDownload {
  /** From `itemIdFor`: known, and recorded by the caller, before the add. */
  clientItemId: string;
  /** The download's id at Longplay: put on the item as its ownership tag, where the client can carry one. */
  ownerKey: string;
  /** For people, and the name of a usenet job. */
  name: string;
  content: DownloadContent;
  /** Of the files of a direct source that need more than their own address, by path; it may hold a password. */
  access?: ReadonlyMap<string, FileAccess>;
  /** Absolute directory as the client sees it, made by the caller; usenet clients choose their own. */
  directory: string;
  /** The same directory as this host sees it. */
  hostDirectory: string;
  /** True where data of this item may already be on disk: it is verified, not fetched again. */
  resume: boolean;
  /**
   * What held it may have passed: it goes on from what is there, and so does a client that paused itself for want of
   * room. False: one that is there already stays as it is.
   */
  afterFault?: boolean;
  /** The client's category (or label), where its settings name one. */
  category?: string;
  /**
   * An earlier call has found the client without it and asked for it: what is there now came by us, though a crash may
   * have made the client forget whose it is and where it belongs.
   */
  begun?: boolean;
  /** Awaited before a client that may forget is asked for what it does not have; the caller keeps it for `begun`. */
  onBegin?: () => Promise<void>;
}

export interface ClientFile {
  /** Relative to the item's directory, `/` between names. */
  path: string;
  sizeBytes: number;
  completedBytes: number;
}

/** Which files `remove` may take away; both are the same directory. */
export interface RemoveDownload {
  deleteData: boolean;
  hostDirectory: string;
}

/**
 * One download client. Every product behind it passes test/integrations/download-clients/contract.
 * Calls throw Fault `environment` with reason `client_unreachable` when the client cannot be reached, and
 * `credentials` when it refuses ours.
 */
export interface DownloadClient {
  readonly id: string;
  readonly kind: ClientKind;
  /** What it fetches. */
  readonly protocols: readonly Protocol[];
  /** Cheap: the poller asks it each tick. @throws Fault bad_input for a version that is too old, naming both. */
  probe(signal: AbortSignal): Promise<ClientProbe>;
  /** Looks at the client's own settings; for set-up and health. */
  check(signal: AbortSignal): Promise<ClientCheck>;
  /**
   * The id that an item will have here, from what owns it and its content: the info hash, or for others a hash of
   * the bytes; pure. Where the client gives its own numbers, this is the tag by which the adapter finds the item.
   */
  itemIdFor(ownerKey: string, contentKey: string): string;
  /**
   * Get-or-add: a second call with the same id changes nothing; verified by looking the item up. One that
   * somebody else has put there is adopted: the owner's tag is added, nothing else is changed.
   * @throws Fault release_fault when the client says that the content is bad
   */
  add(download: AddDownload, signal: AbortSignal): Promise<void>;
  /** Every item, ours and others', in one call (usenet: queue and history are two). */
  list(signal: AbortSignal): Promise<DownloadItem[]>;
  /** undefined: this client cannot tell (any more); the folder itself is read then. @throws Fault gone */
  files(clientItemId: string, signal: AbortSignal): Promise<ClientFile[] | undefined>;
  /** Idempotent: pausing a paused item is fine. @throws Fault gone when the item is unknown. */
  pause(clientItemId: string, signal: AbortSignal): Promise<void>;
  resume(clientItemId: string, signal: AbortSignal): Promise<void>;
  /** Idempotent. `deleteData` removes the item's own files, and only those. */
  remove(clientItemId: string, options: RemoveDownload, signal: AbortSignal): Promise<void>;
}
