/** Whether a disk without case, or one that knows accents in one form alone, takes two names for one (acquisition.md §5.3). */
export function isSameName(one: string, other: string): boolean {
  return fold(one) === fold(other);
}

function fold(name: string): string {
  return name.normalize('NFC').toLowerCase();
}
