/** Roots whose videos `scan` finds; the gallery has a scan of its own. */
export const SCANNED_ROOTS = ['library', 'inbox'] as const;
export type ScannedRoot = (typeof SCANNED_ROOTS)[number];

/** `videos` is `library:videos`; `inbox:` is all of the inbox. A name with another colon is a name. */
export function scannedPlace(directoryType: string): { root: ScannedRoot; folder: string } {
  const root = SCANNED_ROOTS.find((known) => directoryType.startsWith(`${known}:`));
  return root === undefined
    ? { root: 'library', folder: directoryType }
    : { root, folder: directoryType.slice(root.length + 1) };
}

/** How a scan names a place: the reverse. */
export function directoryTypeOf({ root, folder }: { root: ScannedRoot; folder: string }): string {
  return root === 'library' && folder !== '' ? folder : `${root}:${folder}`;
}
