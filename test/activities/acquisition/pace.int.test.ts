import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { connectIndexer } from '../../../src/activities/acquisition/connect.js';
import { paceOf } from '../../../src/activities/acquisition/pace.js';
import { createIntegrations } from '../../../src/integrations/create.js';
import { saveIndexer } from '../../../src/store/acquisition/indexers.js';
import { createFixture, type Fixture } from './fixture.js';

const INTERVAL_MS = 300;

let fixture: Fixture;
let server: Server;
const calls: number[] = [];

beforeAll(async () => {
  fixture = await createFixture();
  server = createServer((_request, response) => {
    calls.push(performance.now());
    response.writeHead(200, { 'content-type': 'application/xml' });
    response.end('<rss><channel></channel></rss>');
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await saveIndexer(fixture.deps.db, {
    ...{ id: 'one', name: 'One', kind: 'torznab', baseUrl: `http://127.0.0.1:${port}/api`, username: null },
    ...{ secret: null, categories: [], priority: 25, minimumSeeders: 1, seedRatio: null, seedMinutes: null },
    ...{ enabled: true, callIntervalMs: INTERVAL_MS },
  });
});

afterAll(async () => {
  server.close();
  await fixture.close();
});

const signal = new AbortController().signal;

describe('the pace of an indexer', () => {
  it('no. 3 request storm on a big wanted list: an interval lies between any two calls, whoever makes them', async () => {
    const query = { mode: 'search', text: 'anything', categories: [] } as const;
    const searches = Array.from({ length: 8 }, async () => {
      // Each with an adapter of its own, as the workers of several machines have.
      const integrations = createIntegrations();
      const { indexer } = await connectIndexer({ ...fixture.deps, integrations }, 'one');
      return indexer.search({ ...query, categories: [] }, signal);
    });
    const answers = await Promise.all(searches);
    expect(answers.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 8 }, () => 'ok'));
    const gaps = calls.slice(1).map((at, index) => at - (calls[index] ?? 0));
    expect(gaps).toHaveLength(7);
    // A turn may be taken up to a fifth of the interval late.
    expect(Math.min(...gaps)).toBeGreaterThan(INTERVAL_MS * 0.75);
  });

  it('is 2 s for an indexer in the internet, and left to a proxy in the own network', () => {
    const own = { id: 'x', callIntervalMs: null };
    expect(paceOf(fixture.deps.db, { ...own, baseUrl: 'http://192.168.1.5:9696/1/api' })).toBeUndefined();
    expect(paceOf(fixture.deps.db, { ...own, baseUrl: 'https://indexer.example.org/api' })).toBeDefined();
    const none = { id: 'x', callIntervalMs: 0, baseUrl: 'https://indexer.example.org/api' };
    expect(paceOf(fixture.deps.db, none)).toBeUndefined();
  });

  it('ends its wait when the search is cancelled, and costs no time limit of the call', async () => {
    const pace = paceOf(fixture.deps.db, {
      id: 'one',
      baseUrl: 'http://127.0.0.1/api',
      callIntervalMs: 60_000,
    });
    await pace?.wait(signal);
    const cancel = new AbortController();
    const waiting = pace?.wait(cancel.signal);
    cancel.abort(new Error('cancelled'));
    await expect(waiting).rejects.toThrow();
  });
});
