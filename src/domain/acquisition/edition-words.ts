/** Words that tell of an edition, its carrier or its number, and make no other work of a title. */
export const EDITION_WORDS: readonly string[] = (
  'audiobook audiobooks audio book books bk ebook edition unabridged version novel roman read narrated narrator ' +
  'by with anniversary remastered retail gelesen vol volume volumes band tome part'
).split(' ');
