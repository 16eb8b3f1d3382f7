import { tagIn } from '../usenet/tag.js';

/**
 * The item's own folder, from where SABnzbd says that it stored the job: that may be a file or a folder in it. The
 * nearest name upwards that bears the item's tag, or that is the job's name, is it.
 */
export function ownFolder(storage: string, name: string): string {
  const separator = storage.includes('\\') && !storage.includes('/') ? '\\' : '/';
  const names = storage.split(separator);
  const tag = tagIn(name);
  const at = names.findLastIndex((each) => each === name || (tag !== undefined && tagIn(each) === tag));
  return at < 0 ? storage : names.slice(0, at + 1).join(separator);
}

/** A folder that is still unpacked into, or that holds what failed, is no result. */
export function isWorkFolder(storage: string): boolean {
  return storage.split(/[/\\]/).some((name) => /^_(UNPACK|FAILED)_/.test(name));
}
