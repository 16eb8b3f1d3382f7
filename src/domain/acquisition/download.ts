/** A download's state in Longplay's words, whatever its client calls it (acquisition.md §4.1). */
export const DOWNLOAD_STATES = [
  'adding',
  'metadata',
  'queued',
  'active',
  'stalled',
  'paused',
  'checking',
  'moving',
  'complete',
  'seeding',
  'held',
  'failed',
  'removedExternally',
] as const;

export type DownloadState = (typeof DOWNLOAD_STATES)[number];

/** One file of a direct source (acquisition.md §2.11). */
export interface DirectFile {
  url: string;
  /** Below the download's directory, `/` between names. */
  path: string;
  sizeBytes?: number;
  checksum?: { algorithm: 'sha-256' | 'sha-1' | 'md5'; hex: string };
}

/** What fetches a file of a direct source beside its name; made for each hand-over, since it may hold a password. */
export interface FileAccess {
  /** Where redirects end. */
  url: string;
  headers: Readonly<Record<string, string>>;
}

/** What a download client says of one item in one poll. */
export interface DownloadItem {
  /** The client's id, chosen by us before the add where the client allows it. */
  clientItemId: string;
  /** The ownership tags on it, Longplay's download ids; absent where the client carries no tag. */
  owners?: string[];
  category?: string;
  /** Where its files lie, as the client sees it; absent while that is not final. */
  directory?: string;
  infoHash?: string;
  name: string;
  state: DownloadState;
  /**
   * Why it is held or failed: only `release` may blame the release. Two codes are the same for all clients,
   * `disk_full` and `files_missing`; the others are the client's own.
   */
  fault?: { blame: 'environment' | 'release' | 'source' | 'unknown'; code: string; message: string };
  /** Not it alone: its client as a whole is paused, by a person or for want of room. */
  clientPaused?: true;
  totalBytes: number;
  completedBytes: number;
  uploadedBytes: number;
  downloadBytesPerSecond: number;
  seeders?: number;
  connections?: number;
  /** Time that it has been seeded, where the client counts it. */
  seedingSeconds?: number;
  /** Uploaded over size, as the client counts it over restarts. */
  ratio?: number;
}
