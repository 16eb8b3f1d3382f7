/**
 * Takes out what a terminal obeys: titles and messages come from indexers and files, and an escape sequence in
 * one could move the cursor, rename the window or worse. Line ends and tabs stay.
 */
export function plainText(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n\t]/gu, '�').replaceAll(/[\u202a-\u202e\u2066-\u2069]/g, '');
}
