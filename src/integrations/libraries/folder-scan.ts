import type { MediaType } from '../../domain/acquisition/release.js';
import type { ScannedItem } from '../../store/acquisition/library-items.js';

/** What a file's tags say; given by ffprobe. */
export interface FileFacts {
  durationSeconds: number;
  tags: Record<string, string>;
}

export interface Unread {
  what: 'folder' | 'file';
  /** Relative to the library's root. */
  relative: string;
  why: string;
}

/** Files that make one item, as their folder lists them. */
export interface ItemFiles {
  /** The item's path, and the folder that holds the files; both relative to the library's root. */
  path: string;
  folder: string;
  names: readonly string[];
  mediaType: MediaType;
  /** Of an audiobook: there is a metadata.json beside it. */
  hasSidecar: boolean;
}

export interface FoundItem {
  item: ScannedItem;
  /** Nothing about it differs from what was known. */
  unchanged: boolean;
}

export interface FolderScan {
  /** Absolute folder of the library. */
  root: string;
  /** What is looked for. */
  mediaTypes: readonly MediaType[];
  /** Below it, or '' for all of it. */
  path: string;
  probe: (hostPath: string) => Promise<FileFacts>;
  /** What an earlier scan knew of the items at these paths: unchanged files are not probed again. */
  known: (itemPaths: readonly string[]) => Promise<ReadonlyMap<string, ScannedItem>>;
  /** What could not be read. After a folder, nothing may be called missing on this scan's word. */
  onUnread: (unread: Unread) => void;
  signal: AbortSignal;
}
