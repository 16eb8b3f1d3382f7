import { isPlain, splitWords } from './normalize-title.js';

/** Matches the phrase's words with anything but letters and digits between them. */
export function phrasePattern(phrase: string, flags = 'gu'): RegExp | undefined {
  return anyOf([splitWords(phrase)], { characters: String.raw`\p{L}\p{N}`, flags });
}

/**
 * A pattern for any of the phrases, of two that begin at one place the first; which one depends on the text, since
 * Unicode's tables are slow and most names do not need them.
 */
export function phraseSearch(phrases: readonly string[]): (text: string) => RegExp | undefined {
  const words = phrases.map(splitWords);
  const wide = anyOf(words, { characters: String.raw`\p{L}\p{N}`, flags: 'gu' });
  const plainWords = words.filter((phrase) => phrase.every(isPlain));
  const plain = anyOf(plainWords, { characters: 'a-z0-9', flags: 'g' });
  return (text) => (isPlain(text) ? plain : wide);
}

function anyOf(
  phrases: readonly (readonly string[])[],
  { characters, flags }: { characters: string; flags: string },
): RegExp | undefined {
  const bodies = phrases.map((words) => words.join(`[^${characters}]+`)).filter((body) => body !== '');
  if (bodies.length === 0) return undefined;
  return new RegExp(`(?<![${characters}])(?:${[...new Set(bodies)].join('|')})(?![${characters}])`, flags);
}

/** Where the first passage of these words ends in a folded text. */
export function endOfPhrase(phrase: readonly string[], folded: string): number | undefined {
  if (phrase.length === 0) return undefined;
  const words = [...folded.matchAll(/[\p{L}\p{N}]+/gu)];
  for (let at = 0; at + phrase.length <= words.length; at += 1) {
    if (!phrase.every((word, next) => words[at + next]?.[0] === word)) continue;
    const last = words[at + phrase.length - 1];
    return last === undefined ? undefined : last.index + last[0].length;
  }
  return undefined;
}
