import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { runCli, type Ran } from '../../cli/run-cli.js';
import { startTestApi, type TestApi } from '../../support/api.js';

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
});

afterAll(() => api.stop());

const rule = { name: 'Films', places: ['library:films'], type: 'thumbnail_generate', params: { width: 320 } };

describe('/api/media-rules', () => {
  it('has rules for what is new in the inbox or was filed, from the beginning', async () => {
    const { status, body } = await api.send('GET', '/api/media-rules', {});
    expect({ status, body }).toMatchObject({
      status: 200,
      body: {
        mediaRules: [
          { id: 'validate-new', type: 'validate', videos: 'all', jobs: 0, lastJobAt: null },
          { id: 'thumbnail-new', type: 'thumbnail_generate', videos: 'valid' },
          { id: 'playback-new', type: 'reencode_streaming', videos: 'unplayable' },
        ].map((known) => ({ ...known, places: ['inbox:'], filed: true, enabled: true, priority: 9 })),
      },
    });
    // Each can be saved as it is: its type and params are valid.
    const { mediaRules } = body as { mediaRules: Record<string, unknown>[] };
    for (const {
      id,
      createdAt: _at,
      jobs: _jobs,
      lastJobId: _job,
      lastJobAt: _last,
      ...settings
    } of mediaRules)
      expect(await api.send('PUT', `/api/media-rules/${String(id)}`, { body: settings })).toMatchObject({
        status: 200,
      });
  });

  it('takes rules of people', async () => {
    expect(await api.send('POST', '/api/media-rules', { body: rule })).toMatchObject({
      status: 201,
      body: { id: 'films', videos: 'valid', filed: false, enabled: true, priority: null },
    });
    expect(await api.send('DELETE', '/api/media-rules/films', {})).toMatchObject({ status: 204 });
    expect(await api.send('DELETE', '/api/media-rules/films', {})).toMatchObject({ status: 404 });
  });

  it.each([
    ['a type that is none', { type: 'reencode' }, /reencode/],
    ['a type that has no video', { type: 'scan', params: {} }, /videoId/],
    ['params that the type does not take', { params: { colour: 'red' } }, /colour/],
    ['a video of its own', { params: { videoId: '00000000-0000-4000-8000-000000000000' } }, /videoId/],
    ['a place that no scan reads', { places: ['scratch:'] }, /inbox:, library: or public:/],
    ['a place outside of its root', { places: ['library:../a'] }, /inside its root/],
    ['a priority that is none', { priority: 11 }, /priority/],
  ])('refuses %s, and changes nothing', async (_name, own, said) => {
    const answer = await api.send('POST', '/api/media-rules', { body: { ...rule, ...own } });
    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.body)).toMatch(said);
    expect(JSON.stringify((await api.send('GET', '/api/media-rules', {})).body)).not.toContain('"films"');
  });
});

describe('longplay media-rule', () => {
  const run = (...args: string[]): Promise<Ran> =>
    runCli(['media-rule', ...args], {
      url: api.url,
      environment: { LONGPLAY_TOKEN: api.tokens.super_admin },
    });

  it('lists them, and switches one off and on', async () => {
    expect((await run('disable', 'playback-new')).stdout).toContain('Disabled playback-new');
    const listed = (await run('list')).stdout;
    expect(listed).toMatch(/playback-new .* off/);
    expect(listed).toMatch(/thumbnail-new .* 0 jobs so far/);
    expect((await run('enable', 'playback-new')).stdout).toContain('Enabled playback-new');
    const shown = JSON.parse((await run('show', 'playback-new')).stdout) as object;
    expect(shown).toEqual({
      ...{ name: 'Make new videos playable in browsers', places: ['inbox:'], filed: true, enabled: true },
      ...{ videos: 'unplayable', type: 'reencode_streaming', params: {}, priority: 9 },
    });
  });
});
