import { describe, expect, it } from '@jest/globals';

import { createKeyGuard } from '../../../src/integrations/indexers/api-key.js';

describe('a key guard', () => {
  const guard = createKeyGuard('a+b/c=d');

  it('hides the key, plain and percent-encoded, and puts it back', () => {
    const link = 'http://host/dl?apikey=a%2Bb%2Fc%3Dd&id=1';
    expect(guard.hide(link)).toBe('http://host/dl?apikey=__apikey__&id=1');
    expect(guard.show(guard.hide(link))).toBe(link);
    expect(guard.hide('wrong key a+b/c=d')).toBe('wrong key __apikey__');
  });

  it('strips only its own key, whatever the parameter is called', () => {
    const url = new URL('http://other/dl?jackett_apikey=a%2Bb%2Fc%3Dd&k=__apikey__&apikey=theirs&id=1');
    expect(guard.strip(url).search).toBe('?apikey=theirs&id=1');
  });

  it('changes nothing where there is no key', () => {
    const none = createKeyGuard(undefined);
    expect(none.hide('abc')).toBe('abc');
    expect(none.strip(new URL('http://h/?a=')).href).toBe('http://h/?a=');
  });
});
