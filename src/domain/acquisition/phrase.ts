import { splitWords } from './normalize-title.js';

/** Matches the phrase's words with anything but letters and digits between them. */
export function phrasePattern(phrase: string, flags = 'gu'): RegExp | undefined {
  return phrasesPattern([phrase], flags);
}

/** Matches any of them; of two that begin at one place the first. */
export function phrasesPattern(phrases: readonly string[], flags = 'gu'): RegExp | undefined {
  const bodies = phrases
    .map((phrase) => splitWords(phrase).join(String.raw`[^\p{L}\p{N}]+`))
    .filter((body) => body !== '');
  if (bodies.length === 0) return undefined;
  const any = [...new Set(bodies)].join('|');
  return new RegExp(String.raw`(?<![\p{L}\p{N}])(?:${any})(?![\p{L}\p{N}])`, flags);
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
