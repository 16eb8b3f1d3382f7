import { request as rawRequest } from 'node:http';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import { createSend } from '../../support/send.js';
import { startTestApi, type TestApi } from '../../support/api.js';
import { fingerprint } from '../../support/fingerprint.js';

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
});

afterAll(() => api.stop());

function bodyOf(params: object = {}): { type: string; params: object } {
  return { type: 'demo_steps', params: { count: 1, ...params } };
}

describe('a bad body', () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;

  it.each<[string, { body?: unknown; text?: string; headers?: Record<string, string> }, number, string[]]>([
    ['an unknown type', { body: { type: 'nonsense', params: {} } }, 400, ['/type']],
    ['an unknown field', { body: { ...bodyOf(), colour: 'red' } }, 400, ['/colour']],
    ['params of a wrong type', { body: bodyOf({ count: 'many' }) }, 400, ['/params/count']],
    ['an unknown param, its name escaped', { body: bodyOf({ 'a/b~c': 1 }) }, 400, ['/params/a~1b~0c']],
    [
      'several wrong fields at once',
      { body: { type: 7, params: [], priority: 'soon', maxRetries: 11 } },
      400,
      ['/type', '/params', '/priority', '/maxRetries'],
    ],
    ['a priority of 0', { body: { ...bodyOf(), priority: 0 } }, 400, ['/priority']],
    ['no body', {}, 400, ['/type']],
    ['a list', { text: '[]' }, 400, ['']],
    ['a number', { text: '7' }, 400, ['']],
    ['broken JSON', { text: '{"type": ' }, 400, []],
    [
      'nesting without end',
      { text: `{"type":"demo_steps","params":{"count":${deep}}}` },
      400,
      ['/params/count'],
    ],
    ['a NUL', { body: bodyOf({ label: 'a\0b' }) }, 400, []],
    [
      'a lone surrogate',
      { text: String.raw`{"type":"demo_steps","params":{"count":1,"label":"\ud800"}}` },
      400,
      [],
    ],
    ['2 MB', { text: JSON.stringify({ type: 'x'.repeat(2_000_000) }) }, 413, []],
    ['another media type', { text: '{}', headers: { 'content-type': 'text/plain' } }, 415, []],
    [
      'a form',
      { text: 'type=demo_steps', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      415,
      [],
    ],
    [
      'another charset',
      { text: '{}', headers: { 'content-type': 'application/json; charset=latin1' } },
      415,
      [],
    ],
    ['another encoding', { text: '{}', headers: { 'content-encoding': 'compress' } }, 415, []],
    ['a key with a blank', { body: bodyOf(), headers: { 'idempotency-key': 'a b' } }, 400, []],
    ['a key of 201 characters', { body: bodyOf(), headers: { 'idempotency-key': 'k'.repeat(201) } }, 400, []],
  ])(
    'with %s is refused in words, with or without a key, and nothing is stored',
    async (_name, options, status, pointers) => {
      const before = await fingerprint(api.parts.db);
      for (const key of [{}, { 'idempotency-key': `bad ${_name}`.replaceAll(' ', '-') }]) {
        const answer = await api.send('POST', '/api/jobs', {
          ...options,
          headers: { ...key, ...options.headers },
        });
        expect(answer).toMatchObject({ status, body: { status, detail: expect.stringMatching(/\w{3}/) } });
        expect(answer.headers.get('content-type')).toContain('application/problem+json');
        const { errors } = z
          .looseObject({ errors: z.array(z.object({ pointer: z.string() })).default([]) })
          .parse(answer.body);
        expect(errors.map(({ pointer }) => pointer).toSorted()).toEqual(pointers.toSorted());
      }

      expect(await fingerprint(api.parts.db)).toBe(before);
    },
  );

  it('without a media type is refused', async () => {
    const { hostname, port } = new URL(api.url);
    const headers = { authorization: `Bearer ${api.tokens.operator}` };
    const status = await new Promise((resolve) => {
      rawRequest({ hostname, port, path: '/api/jobs', method: 'POST', headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).end(JSON.stringify(bodyOf()));
    });
    expect(status).toBe(415);
  });
});

describe('an API without LONGPLAY_DEMO_JOBS', () => {
  it('neither offers nor takes what is for tests and benches', async () => {
    const { url } = await api.startAnother({ demoJobs: false });
    const send = createSend(
      () => url,
      () => api.tokens.operator,
    );
    const { body: offered } = await send('GET', '/api/jobs/types');
    expect(JSON.stringify(offered)).not.toContain('demo_');
    expect(JSON.stringify(offered)).toContain('library_scan');
    const refused = await send('POST', '/api/jobs', { body: { type: 'demo_noop', params: {} } });
    expect(refused).toMatchObject({
      status: 400,
      body: { remedy: 'Start Longplay with LONGPLAY_DEMO_JOBS=true to try it' },
    });
  });
});
