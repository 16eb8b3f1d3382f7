import { parseUrl } from '../parse-url.js';

/** How the two families call the words that are searched for: OpenSearch, and OPDS 2.0. */
const TERMS = new Set(['searchTerms', 'query', 'q']);

/**
 * Fills a search template: `{searchTerms}` and optional `{startPage?}` of OpenSearch, `{?query,title}` of OPDS 2.0.
 * What it knows no value for is left out; undefined where the words have no place.
 */
export function fillTemplate(
  template: string,
  { terms, base }: { terms: string; base: URL },
): URL | undefined {
  const seen = { terms: false };
  const value = (name: string): string | undefined => {
    if (!TERMS.has(name.replace(/\?$/, ''))) return undefined;
    seen.terms = true;
    return encodeURIComponent(terms);
  };
  const filled = template.replaceAll(/\{([?&]?)([^{}]*)\}/g, (_all, operator: string, names: string) => {
    if (operator === '') return value(names) ?? '';
    const pairs = names.split(',').map((name) => [name, value(name)] as const);
    const known = pairs
      .filter(([, each]) => each !== undefined)
      .map(([name, each]) => `${name}=${each ?? ''}`);
    return known.length === 0 ? '' : operator + known.join('&');
  });
  return seen.terms ? parseUrl(filled, base) : undefined;
}
