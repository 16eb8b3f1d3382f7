/** More folders than this are scanned as all of the library at once (acquisition.md §6). */
const MOST_FOLDERS = 20;

/**
 * What one scan has to read for all that was asked: folders without those within others, or null for all of the
 * library. '' asks for all of it.
 */
export function joinScopes(
  asked: readonly string[],
  { scansFolders }: { scansFolders: boolean },
): string[] | null {
  if (!scansFolders) return null;
  const folders = [...new Set(asked)]
    .sort()
    .filter((path, _index, all) => !all.some((other) => other !== path && isWithin(path, other)));
  return folders.includes('') || folders.length > MOST_FOLDERS || folders.length === 0 ? null : folders;
}

/** Whether a scan of those folders (null: of all) has read `path`. */
export function coversScope(folders: readonly string[] | null, path: string): boolean {
  return folders === null || folders.some((folder) => isWithin(path, folder));
}

function isWithin(path: string, folder: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`);
}
