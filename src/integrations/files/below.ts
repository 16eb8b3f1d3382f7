import path from 'node:path';

/** `hostPath` is `folder` or lies in it, by names alone: links are the caller's to resolve. */
export function isBelow(folder: string, hostPath: string): boolean {
  const relative = path.relative(folder, hostPath);
  return (
    relative === '' ||
    (!relative.startsWith(`..${path.sep}`) && relative !== '..' && !path.isAbsolute(relative))
  );
}
