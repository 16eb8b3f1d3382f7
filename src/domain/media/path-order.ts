/**
 * Compares two texts by the bytes of their UTF-8, as Postgres does in the collation "C". JavaScript's own order differs
 * from U+10000 on: surrogates come before U+E000 there.
 */
export function compareBytes(one: string, other: string): number {
  const length = Math.min(one.length, other.length);
  for (let at = 0; at < length; at += 1) {
    const difference = rankOf(one.charCodeAt(at)) - rankOf(other.charCodeAt(at));
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}

function rankOf(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** All paths below a folder, by bytes: after `after` and before `before`; null: no end. '' is the root itself. */
export function pathsBelow(folder: string): { after: string; before: string | null } {
  // '0' is the next character after '/'.
  return folder === '' ? { after: '', before: null } : { after: `${folder}/`, before: `${folder}0` };
}
