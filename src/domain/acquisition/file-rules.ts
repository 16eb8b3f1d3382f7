import { classifyFile } from './classify.js';

/** What wants to be run on a desktop: a book has no use for it (acquisition.md §3.3). */
const DANGEROUS = /\.(lnk|ps1|scr|vbs|arj|lzh|zipx|exe|bat|cmd|sh)[. ]*$/i;

/** Why a release may not be fetched, by the names of its files: DANGEROUS_NAME and DRM of §3.3. */
export function refuseFiles(paths: readonly string[]): string | undefined {
  const dangerous = paths.find((path) => DANGEROUS.test(path));
  if (dangerous !== undefined) return `expected media alone, it brings a program: "${dangerous}"`;
  const encrypted = paths.find((path) => classifyFile(path) === 'encrypted');
  if (encrypted === undefined || paths.some((path) => classifyFile(path) === 'media')) return undefined;
  return `expected playable audio, "${encrypted}" is encrypted`;
}
