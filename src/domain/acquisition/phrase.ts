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
