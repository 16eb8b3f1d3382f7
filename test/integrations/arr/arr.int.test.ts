import { afterEach, describe, expect, it } from '@jest/globals';

import { ARR_KINDS, ARRS, type ArrContents, type ArrKind } from '../../../src/domain/moving-in/arr.js';
import { createArrApp } from '../../../src/integrations/arr/app.js';
import { startArrContractServer, type ArrFault, type ArrServer } from '../../support/arr-contract-server.js';
import { stageArr } from '../../support/arr-contents.js';

const KEY = 's3cretapikey0123456789abcdef0123';
let server: ArrServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function start(kind: ArrKind, own: { urlBase?: string; episodes?: number } = {}): Promise<ArrServer> {
  const { episodes, ...options } = own;
  const staged = stageArr(kind, episodes === undefined ? {} : { episodes });
  server = await startArrContractServer({ kind, apiKey: KEY, ...staged, ...options });
  return server;
}

function read(
  kind: ArrKind,
  baseUrl: string,
  own: { apiKey?: string; timeoutMs?: number } = {},
): Promise<ArrContents> {
  return createArrApp({ kind, baseUrl, apiKey: KEY, ...own }).read(new AbortController().signal);
}

describe.each(ARR_KINDS)('%s', (kind) => {
  const { product } = ARRS[kind];

  it('is read whole and changed nowhere, also below a URL base', async () => {
    const { url, requests } = await start(kind, { urlBase: '/base' });
    const contents = await read(kind, `${url}/`);
    expect(contents).toMatchObject({
      kind,
      version: '4.0.1.2',
      clients: [{ name: 'qB' }, { kind: undefined }],
    });
    expect(contents.indexers.length).toBeGreaterThan(1);
    expect(new Set(requests.map(({ method }) => method))).toEqual(new Set(['GET']));
    expect(contents.others.map(({ what }) => what)).toContain('connections');
  });

  it.each<[ArrFault, string, RegExp]>([
    [{ kind: 'status', status: 401 }, 'credentials', /refuses the token/],
    [{ kind: 'status', status: 429, retryAfter: '7' }, 'throttled', /asks for a pause/],
    [{ kind: 'status', status: 500 }, 'transient', /500/],
    [{ kind: 'status', status: 502 }, 'environment', /does not answer/],
    [{ kind: 'login_page' }, 'environment', /a web page/],
    [{ kind: 'cut' }, 'environment', /does not answer/],
    [{ kind: 'silent' }, 'environment', /no whole answer within 0.1 s/],
  ])('tells %j as %s', async (fault, kindOfFault, message) => {
    const { url, setFault } = await start(kind);
    setFault(fault);
    const reading = read(kind, url, { timeoutMs: 100 });
    await expect(reading).rejects.toMatchObject({
      kind: kindOfFault,
      message: expect.stringMatching(message),
    });
  });

  it('refuses a wrong key and says where the right one stands, without repeating it', async () => {
    const { url } = await start(kind);
    const error = await read(kind, url, { apiKey: 'another-key' }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: 'credentials', remedy: expect.stringContaining(product) });
    expect(String(error)).not.toContain('another-key');
  });

  it('says which product answers in its place', async () => {
    const other = kind === 'radarr' ? 'prowlarr' : 'radarr';
    const { url } = await start(other);
    await expect(read(kind, url)).rejects.toMatchObject({
      kind: 'bad_input',
      message: `Expected ${product} at this address, got ${ARRS[other].product}`,
      remedy: expect.stringContaining(`longplay import ${other}`),
    });
  });

  it('tells a forgotten URL base by where it leads', async () => {
    const { url } = await start(kind, { urlBase: '/base' });
    await expect(read(kind, new URL(url).origin)).rejects.toMatchObject({
      message: expect.stringContaining('/base/api/'),
      remedy: 'Enter the address to which it leads',
    });
  });
});

describe('what is read', () => {
  it('of Sonarr are its settings in our words, and the wanted episodes of all pages', async () => {
    const { url, requests } = await start('sonarr', { episodes: 450 });
    const contents = await read('sonarr', url);
    expect(contents.indexers).toMatchObject([
      {
        ...{ kind: 'torznab', address: 'http://tracker.example:9117/api', secret: { state: 'hidden' } },
        ...{ priority: 3, categories: [5030, 5040], minimumSeeders: 2, seedRatio: 1.5, enabled: true },
      },
      { kind: 'newznab', secret: { state: 'told' }, enabled: false, priority: 50 },
      { kind: undefined, implementation: 'FileList' },
    ]);
    expect(contents.clients[0]).toMatchObject({
      ...{ kind: 'qbittorrent', address: 'http://qb.lan:8081/qb', username: 'admin', category: 'tv' },
      secret: { state: 'hidden' },
    });
    expect(contents.wanted).toHaveLength(450);
    expect(contents.wanted[0]).toEqual({
      item: {
        ...{ mediaType: 'episode', title: 'A Series', tvdbId: 81_189 },
        ...{ season: 1, episode: 1, releaseDate: '2020-01-31' },
      },
      path: '/data/tv/A Series',
    });
    expect(requests.filter(({ path }) => path.endsWith('wanted/missing'))).toHaveLength(3);
  });

  it('of Radarr are films with their ids and first release, and what cannot be read is told', async () => {
    const { url } = await start('radarr');
    const { wanted, others } = await read('radarr', url);
    expect(wanted).toEqual([
      {
        item: {
          ...{ mediaType: 'movie', title: 'A Film', year: 1999, tmdbId: 603, imdbId: 'tt0133093' },
          releaseDate: '2000-01-02',
        },
        path: '/data/movies/A Film (1999)',
      },
    ]);
    expect(others).toContainEqual({ what: 'wanted items that cannot be read', names: ['1'] });
  });

  it('of Readarr are books with author and edition', async () => {
    const { url } = await start('readarr');
    expect((await read('readarr', url)).wanted).toMatchObject([
      { item: { mediaType: 'ebook', title: 'Emma', author: 'Jane Austen', isbn: '9780141439587' } },
    ]);
  });

  it('of Prowlarr are its indexers, each by its own feed with the key that opens it', async () => {
    const { url } = await start('prowlarr', { urlBase: '/prowlarr' });
    const { indexers } = await read('prowlarr', url);
    expect(indexers).toMatchObject([
      {
        name: 'One',
        kind: 'torznab',
        address: `${url}/4/api`,
        secret: { state: 'told', value: KEY },
        priority: 1,
      },
      { name: 'Two', kind: 'newznab', address: `${url}/9/api`, enabled: false, priority: 30 },
    ]);
  });
});
