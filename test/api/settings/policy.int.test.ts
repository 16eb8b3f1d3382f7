import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import { insertNewJob } from '../../../src/jobs/create.js';
import { openRequest } from '../../../src/store/acquisition/requests.js';
import { saveIndexerResult, saveSearch } from '../../../src/store/acquisition/searches.js';
import { startTestApi, type TestApi } from '../../support/api.js';
import { runCli, type Ran } from '../../cli/run-cli.js';

let api: TestApi;
let requestId: string;

const rule = {
  id: 'no-mp3',
  name: 'No MP3',
  effect: { kind: 'must_not' },
  conditions: [{ kind: 'title', pattern: '\\bMP3\\b' }],
};

beforeAll(async () => {
  api = await startTestApi();
  await api.send('POST', '/api/libraries', { body: { id: 'books', name: 'Books', root: 'library:Books' } });
  requestId = await storeRequest();
});

afterAll(() => api.stop());

/** A request with one stored search of one release. */
async function storeRequest(): Promise<string> {
  const { db, catalogue } = api.parts;
  const item = { mediaType: 'audiobook' as const, title: 'Foundation', author: 'Isaac Asimov' };
  const params = { item, libraryId: 'books' };
  const wish = { type: 'request', params, createdBy: 'test', parentId: undefined };
  const jobId = (await insertNewJob(db, { catalogue }, wish)).job.id;
  const id = await openRequest(db, { id: 'req-one', jobId, ...params });
  const release = {
    ...{
      indexerId: 'one',
      guid: 'a',
      title: 'Isaac Asimov - Foundation [MP3]',
      protocol: 'torrent' as const,
    },
    ...{ sizeBytes: 300 * 1_048_576, categories: [3030], seeders: 20, freeleech: false },
  };
  const place = { jobId, occurrence: 1 };
  await saveIndexerResult(db, {
    ...{ ...place, tier: 0, indexerId: 'one', outcome: 'ok', detail: null, retryAt: null, elapsedMs: 1 },
    releases: [{ release, linkSealed: null }],
  });
  await saveSearch(db, {
    ...{ ...place, id: 'search-one', requestId: id, plan: {}, conclusion: 'accepted', detail: null },
    candidates: [
      {
        ...{ number: 0, rank: 1, indexerId: 'one', guid: 'a', title: release.title, infoHash: null },
        ...{ sizeBytes: release.sizeBytes, seeders: 20, linkSealed: null, accepted: true, release },
        evaluation: {},
      },
    ],
  });
  return id;
}

describe('rules, quality profiles and delay profiles', () => {
  it('are made, replaced, listed and removed, and what is in use stays', async () => {
    expect(await api.send('POST', '/api/custom-rules', { body: rule })).toMatchObject({
      status: 201,
      body: { id: 'no-mp3' },
    });
    const profile = { name: 'Books', rules: [{ ruleId: 'no-mp3' }] };
    expect(await api.send('POST', '/api/quality-profiles', { body: profile })).toMatchObject({
      status: 201,
      body: { id: 'books', scoring: 'default', rules: [{ ruleId: 'no-mp3', score: null }] },
    });
    expect(await api.send('DELETE', '/api/custom-rules/no-mp3', {})).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('no profile names, "Books" names it') },
    });
    const library = { name: 'Books', root: 'library:Books', qualityProfileId: 'books' };
    expect(await api.send('PUT', '/api/libraries/books', { body: library })).toMatchObject({ status: 200 });
    expect(await api.send('DELETE', '/api/quality-profiles/books', {})).toMatchObject({ status: 409 });
    await api.send('PUT', '/api/libraries/books', { body: { ...library, qualityProfileId: null } });
    const delay = { name: 'Evening', torrentDelay: 120, tags: ['patient'] };
    expect(await api.send('POST', '/api/delay-profiles', { body: delay })).toMatchObject({ status: 201 });
    expect(await api.send('GET', '/api/delay-profiles')).toMatchObject({
      body: { delayProfiles: [{ id: 'evening', usenetDelay: 0, order: 100 }] },
    });
    expect(await api.send('DELETE', '/api/delay-profiles/evening', {})).toMatchObject({ status: 204 });
  });

  it.each([
    ['/api/custom-rules', { ...rule, id: 'x', name: 'X', conditions: [] }],
    ['/api/custom-rules', { ...rule, id: 'x', name: 'X', conditions: [{ kind: 'title', pattern: '(' }] }],
    ['/api/custom-rules', { ...rule, id: 'x', name: 'X', conditions: [{ kind: 'title', pattern: '(?=a)' }] }],
    ['/api/custom-rules', { ...rule, id: 'x', name: 'X', conditions: [{ kind: 'codec', codec: 'vhs' }] }],
    ['/api/quality-profiles', { name: 'X', rules: [{ ruleId: 'nobody' }] }],
    ['/api/quality-profiles', { name: 'X', rules: [{ ruleId: 'no-mp3' }, { ruleId: 'no-mp3' }] }],
    ['/api/delay-profiles', { name: 'X', torrentDelay: -1 }],
    ['/api/libraries', { name: 'X', root: 'library:X', qualityProfileId: 'nobody' }],
  ])('are refused before anything is stored: %s %j', async (path, body) => {
    const answer = await api.send('POST', path, { body });
    expect([400, 404]).toContain(answer.status);
    expect(z.object({ detail: z.string() }).parse(answer.body).detail).not.toBe('');
    const { body: listed } = await api.send('GET', path);
    expect(JSON.stringify(listed)).not.toContain('"name":"X"');
  });

  it('need a super_admin to be changed', async () => {
    const answer = await api.send('POST', '/api/custom-rules', { body: rule, token: api.tokens.operator });
    expect(answer.status).toBe(403);
  });
});

describe('a dry run of a decision', () => {
  it('says what another profile would choose, and changes nothing', async () => {
    const path = `/api/requests/${requestId}/dry-run`;
    const asIs = await api.send('POST', path, { body: { searchId: 'search-one' } });
    expect(asIs).toMatchObject({ status: 200, body: { candidates: [{ number: 0, rank: 1 }] } });
    const body = { searchId: 'search-one', qualityProfileId: 'books' };
    expect(await api.send('POST', path, { body })).toMatchObject({
      body: { candidates: [{ rank: null, evaluation: { rejections: [{ code: 'MUST_NOT_TERM' }] } }] },
    });
    const { body: shown } = await api.send('GET', `/api/requests/${requestId}`);
    expect(shown).toMatchObject({ searches: [{ candidates: [{ rank: 1 }] }] });
  });

  it('refuses a search of another request', async () => {
    const body = { searchId: 'search-none' };
    const answer = await api.send('POST', `/api/requests/${requestId}/dry-run`, { body });
    expect(answer).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('no search "search-none"') },
    });
  });
});

describe('longplay rule, profile, delay and the blocklist', () => {
  const run = (argv: string[], stdin = ''): Promise<Ran> =>
    runCli(argv, { url: api.url, environment: { LONGPLAY_TOKEN: api.tokens.super_admin }, stdin });

  it('set what is not there, replace what is, and show it as it is set', async () => {
    const { id: _id, ...settings } = rule;
    const set = ['rule', 'set', 'from-here'];
    const json = JSON.stringify({ ...settings, name: 'From here' });
    expect(await run([...set, json])).toMatchObject({ status: 0, stdout: 'Added from-here: From here.\n' });
    const shown = await run(['rule', 'show', 'from-here']);
    expect(await run([...set, '-'], shown.stdout)).toMatchObject({
      status: 0,
      stdout: 'Replaced from-here: From here.\n',
    });
    expect((await run(['rule', 'list'])).stdout).toContain('from-here');
    expect(await run(['rule', 'remove', 'from-here'])).toMatchObject({ status: 0 });
    expect(await run(['delay', 'show', 'none'])).toMatchObject({
      stderr: expect.stringContaining('with the id "none"'),
    });
    expect((await run(['delay', 'list'])).stdout).toContain('No delay profiles.');
  });

  it('block a release with a reason, tell it, and let it be taken again', async () => {
    const block = ['request', 'block', requestId, 'search-one', '0'];
    const blocked = await run([...block, '--reason', 'the narrator coughs']);
    expect(blocked.stdout).toMatch(/by_hand +always +Isaac Asimov - Foundation \[MP3\]: the narrator coughs/);
    const tried = await run(['request', 'try', requestId, 'search-one']);
    expect(tried.stdout).toContain('Refused: proved bad for this item before');
    const { blocked: entries } = z
      .object({ blocked: z.array(z.looseObject({ id: z.number() })) })
      .parse(JSON.parse((await run(['request', 'blocked', requestId, '--json'])).stdout));
    const unblocked = await run(['request', 'unblock', String(entries[0]?.id)]);
    expect(unblocked.stdout).toBe('Isaac Asimov - Foundation [MP3] may be taken again.\n');
    expect((await run(['request', 'blocked', requestId])).stdout).toBe('Nothing is blocked.\n');
  });

  it('give a request another profile', async () => {
    expect(await run(['request', 'profile', requestId, 'books', '--tag', 'patient'])).toMatchObject({
      status: 0,
      stdout: 'Foundation by Isaac Asimov: books.\n',
    });
    expect(await run(['request', 'profile', requestId, 'nobody'])).toMatchObject({
      status: 4,
      stderr: expect.stringContaining('There is no quality profile "nobody"'),
    });
  });
});
