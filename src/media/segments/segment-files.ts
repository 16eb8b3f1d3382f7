import path from 'node:path';

/** `s00012.ts` in the folder of a job's segments. */
export function segmentName(index: number): string {
  return `s${String(index).padStart(5, '0')}.ts`;
}

export function segmentFile(folder: string, index: number): string {
  return path.join(folder, segmentName(index));
}

export function segmentFiles(folder: string, finished: number): string[] {
  return Array.from({ length: finished }, (_, index) => segmentFile(folder, index));
}
