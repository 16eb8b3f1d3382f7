import { describe, expect, it } from '@jest/globals';

import { isPrivateHost, mayVisit } from '../../../src/integrations/indexers/allowed-hosts.js';

describe('mayVisit', () => {
  const publicHome = new URL('https://indexer.example.org/api');
  const privateHome = new URL('http://192.168.1.5:9696/1/api');

  it('lets a public indexer lead to other public hosts, and to itself', () => {
    expect(mayVisit(new URL('https://tracker.example.net/x'), { home: publicHome })).toBe(true);
    expect(mayVisit(new URL('http://indexer.example.org/x'), { home: publicHome })).toBe(true);
  });

  it.each([
    'http://127.0.0.1/x',
    'http://169.254.169.254/latest',
    'http://[::1]/x',
    'http://10.1.2.3/x',
    'http://nas/x',
    'http://router.lan/',
  ])('keeps a public indexer from leading to %s', (link) => {
    expect(mayVisit(new URL(link), { home: publicHome })).toBe(false);
  });

  it('lets an indexer of the private network lead anywhere', () => {
    expect(mayVisit(new URL('http://127.0.0.1/x'), { home: privateHome })).toBe(true);
    expect(mayVisit(new URL('https://tracker.example.net/x'), { home: privateHome })).toBe(true);
  });

  it('holds to a list where there is one', () => {
    const rule = { home: privateHome, allowedHosts: ['tracker.example.net'] };
    expect(mayVisit(new URL('https://tracker.example.net/x'), rule)).toBe(true);
    expect(mayVisit(new URL('https://other.example.net/x'), rule)).toBe(false);
    expect(mayVisit(new URL('http://192.168.1.5/x'), rule)).toBe(true);
  });

  it('tells private hosts by address range and by name', () => {
    const hosts = ['localhost', '172.20.0.1', '172.32.0.1', 'fd00::1', '2001:db8::1', 'example.com'];
    expect(hosts.map(isPrivateHost)).toEqual([true, true, false, true, false, false]);
  });
});
