/** Whichever separates names in a path of another host. */
const SEPARATOR = /[\\/]/;

/** The folder of a file as another host sees it. */
export function folderOf(file: string): string {
  const end = Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\'));
  return end <= 0 ? file.slice(0, end + 1) : file.slice(0, end);
}

export function nameOf(path: string): string {
  return path.split(SEPARATOR).findLast((name) => name !== '') ?? path;
}

/** The deepest folder that holds all of the files: that of a book whose discs have folders of their own. */
export function commonFolder(files: readonly string[]): string {
  const [first = '', ...rest] = files.map(folderOf);
  let folder = first;
  while (!rest.every((other) => other === folder || isBelow(folder, other))) {
    const parent = folderOf(folder);
    if (parent === folder) return folder;
    folder = parent;
  }
  return folder;
}

function isBelow(folder: string, other: string): boolean {
  if (folder === '' || !other.startsWith(folder)) return false;
  return SEPARATOR.test(other.charAt(folder.length)) || SEPARATOR.test(folder.slice(-1));
}
