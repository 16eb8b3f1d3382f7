/** A text as the search of videos compares it: in lower case, and each accent in one form. */
export function searchWords(text: string): string {
  return text.normalize('NFC').toLowerCase();
}
