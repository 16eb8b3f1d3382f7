import { Fault } from './faults.js';

/** The roots that every host maps to its own mounts (design §3). */
export const ROOTS = [
  'library',
  'public',
  'inbox',
  'playback',
  'compilations',
  'thumbnails',
  'downloads',
  'scratch',
] as const;

export type Root = (typeof ROOTS)[number];

/** By this file a root is known to have its disk. Dotfiles are passed over by libraries and media servers. */
export const ROOT_MARKER = '.longplay-root';

/** `root:relative/path` with `/` between names: what workflows, rows and the API carry instead of host paths. */
export type LogicalPath = `${Root}:${string}`;

/**
 * Parses and normalizes a logical path.
 * @throws Fault bad_input for an unknown root, an absolute path, `..`, or a NUL.
 */
export function parseLogicalPath(text: string): { root: Root; relative: string } {
  const colon = text.indexOf(':');
  const root = ROOTS.find((known) => known === text.slice(0, Math.max(colon, 0)));
  if (root === undefined) {
    throw new Fault('bad_input', `Expected a path like "library:Author/Title", got "${text}"`, {
      remedy: `Begin the path with one of ${ROOTS.map((known) => `${known}:`).join(', ')}`,
    });
  }
  return { root, relative: normalizeRelative(text.slice(colon + 1)) };
}

export function logicalPath(root: Root, relative: string): LogicalPath {
  return `${root}:${normalizeRelative(relative)}`;
}

function normalizeRelative(relative: string): string {
  const names = relative.split('/').filter((name) => name !== '' && name !== '.');
  if (relative.startsWith('/') || relative.includes('\0') || names.includes('..')) {
    throw new Fault('bad_input', `Expected a path inside its root, got "${relative}"`, {
      remedy: 'Write the path relative to the root, without ".."',
    });
  }
  return names.join('/');
}
