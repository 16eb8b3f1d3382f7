import { describe, expect, it } from '@jest/globals';

import { pickClient, type OfferedClient } from '../../../src/domain/acquisition/pick-client.js';

function client(id: string, own: Partial<OfferedClient> = {}): OfferedClient {
  return { id, enabled: true, priority: 25, protocols: ['torrent'], isReachable: true, open: 0, ...own };
}

describe('pickClient', () => {
  it('takes the first by priority among those that fetch the protocol', () => {
    const clients = [
      client('usenet', { protocols: ['usenet'], priority: 1 }),
      client('late', { priority: 30 }),
      client('early', { priority: 2 }),
    ];
    expect(pickClient(clients, 'torrent')?.id).toBe('early');
    expect(pickClient(clients, 'usenet')?.id).toBe('usenet');
  });

  it('takes the one with the least to do among equals, and not before a better one', () => {
    const clients = [client('busy', { open: 3 }), client('free', { open: 1 })];
    expect(pickClient(clients, 'torrent')?.id).toBe('free');
    expect(pickClient([...clients, client('best', { priority: 1, open: 9 })], 'torrent')?.id).toBe('best');
  });

  it('prefers one that answers to a better one that is away, and waits for the best when all are', () => {
    const away = client('away', { priority: 1, isReachable: false });
    const also = client('also-away', { priority: 2, isReachable: false });
    expect(pickClient([away, client('here')], 'torrent')?.id).toBe('here');
    expect(pickClient([also, away], 'torrent')?.id).toBe('away');
  });

  it('finds none where nobody that is enabled fetches it', () => {
    expect(pickClient([client('off', { enabled: false })], 'torrent')).toBeUndefined();
    expect(pickClient([client('torrents')], 'direct')).toBeUndefined();
  });
});
