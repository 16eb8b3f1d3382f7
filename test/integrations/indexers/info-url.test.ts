import { describe, expect, it } from '@jest/globals';

import { createKeyGuard } from '../../../src/integrations/indexers/api-key.js';
import { idWithoutKeys, withoutKeys } from '../../../src/integrations/indexers/info-url.js';

const { hide } = createKeyGuard('s3cret');

describe('withoutKeys', () => {
  it.each<[string, string | undefined]>([
    ['https://x.example/details/1#comments', 'https://x.example/details/1#comments'],
    ['https://x.example/t?id=1&passkey=abc&rsskey=d', 'https://x.example/t?id=1'],
    ['https://x.example/t?id=1&anything=s3cret', 'https://x.example/t?id=1'],
    ['https://user:pw@x.example/t?keywords=a', 'https://x.example/t?keywords=a'],
    ['https://x.example/s3cret/t', undefined],
    ['javascript:alert(1)', undefined],
    ['12345', undefined],
  ])('makes of %s the page %s', (link, page) => {
    expect(withoutKeys(link, hide)).toBe(page);
  });
});

describe('idWithoutKeys', () => {
  it.each([
    ['12345', '12345'],
    ['https://x.example/t?id=1', 'https://x.example/t?id=1'],
    ['https://x.example/t?id=1&torrent_pass=abc', 'https://x.example/t?id=1'],
    ['https://x.example/s3cret/t', 'https://x.example/__apikey__/t'],
  ])('makes of %s the id %s', (guid, id) => {
    expect(idWithoutKeys(guid, hide)).toBe(id);
  });
});
