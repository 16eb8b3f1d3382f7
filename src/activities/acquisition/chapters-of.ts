import path from 'node:path';

import type { SidecarChapter } from '../../domain/acquisition/sidecar.js';
import type { MediaDescription } from '../../media/probe.js';

/** Starts count from the beginning of the book; a file without chapters beside ones that have some is one itself. */
export function chaptersOf(files: readonly (MediaDescription & { path: string })[]): SidecarChapter[] {
  if (files.every(({ chapters }) => chapters.length === 0)) return [];
  let offset = 0;
  return files.flatMap((file) => {
    const start = offset;
    offset += file.durationSeconds;
    const title = file.tags['title'] ?? path.parse(file.path).name;
    const own =
      file.chapters.length > 0
        ? file.chapters
        : [{ title, startSeconds: 0, endSeconds: file.durationSeconds }];
    return own.map((chapter) => ({
      title: chapter.title,
      startSeconds: start + chapter.startSeconds,
      endSeconds: start + chapter.endSeconds,
    }));
  });
}
