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

export interface FolderScan {
  /** Absolute folder of the library. */
  root: string;
  /** What is looked for. */
  mediaTypes: readonly MediaType[];
  /** Below it, or '' for all of it. */
  path: string;
  probe: (hostPath: string) => Promise<FileFacts>;
  /** What an earlier scan knew of the item at a path: unchanged files are not probed again. */
  known: (itemPath: string) => Promise<ScannedItem | undefined>;
  /** What could not be read. After a folder, nothing may be called missing on this scan's word. */
  onUnread: (unread: Unread) => void;
  signal: AbortSignal;
}
