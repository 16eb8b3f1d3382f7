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

/** What a download client says of one item in one poll. */
export interface DownloadItem {
  /** The client's id, chosen by us before the add where the client allows it. */
  clientItemId: string;
  infoHash?: string;
  name: string;
  state: DownloadState;
  /** Why it is held or failed: only `release` may blame the release. */
  fault?: { blame: 'environment' | 'release' | 'source' | 'unknown'; code: string; message: string };
  totalBytes: number;
  completedBytes: number;
  uploadedBytes: number;
  downloadBytesPerSecond: number;
  seeders?: number;
  connections?: number;
}
