import { describe, expect, it } from '@jest/globals';

import { fillTemplate } from '../../../src/integrations/indexers/opds/template.js';

describe('fillTemplate', () => {
  const base = new URL('https://example.org/opds/root');

  it.each([
    ['/search?q={searchTerms}', '/search?q=a%20%26%20b'],
    ['search?q={searchTerms}&page={startPage?}', '/opds/search?q=a%20%26%20b&page='],
    ['/search{?query}', '/search?query=a%20%26%20b'],
    ['/search{?title,query,author}', '/search?query=a%20%26%20b'],
    ['/search?lang=en{&query}', '/search?lang=en&query=a%20%26%20b'],
    ['/search/{searchTerms}', '/search/a%20%26%20b'],
  ])('fills %s', (template, expected) => {
    expect(fillTemplate(template, { terms: 'a & b', base })?.href).toBe(`https://example.org${expected}`);
  });

  it('has none where the words have no place', () => {
    expect(fillTemplate('/search?page={startPage}', { terms: 'a', base })).toBeUndefined();
    expect(fillTemplate('/search', { terms: 'a', base })).toBeUndefined();
  });
});
