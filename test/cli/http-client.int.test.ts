import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import { createHttpClient } from '../../src/cli/http-client.js';
import { RefusedError } from '../../src/cli/problem.js';
import { openStream, problem, startContractServer, type ContractServer } from './contract-server.js';

const answer = z.looseObject({ value: z.number() });
let server: ContractServer;

beforeEach(async () => {
  server = await startContractServer();
});

afterEach(async () => {
  await server.close();
});

describe('createHttpClient', () => {
  it('sends token, query and body, and keeps fields that nobody named', async () => {
    server.answer('POST /api/things', { value: 1, other: 'kept' });
    const client = createHttpClient({ baseUrl: `${server.url}/`, token: 'lp_secret' });
    const query = { limit: 3, cursor: undefined };
    const got = await client.send({ method: 'POST', path: '/api/things', query, body: { a: 1 }, answer });
    expect(got).toEqual({ value: 1, other: 'kept' });
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]).toMatchObject({
      path: '/api/things?limit=3',
      body: { a: 1 },
      headers: { authorization: 'Bearer lp_secret', 'content-type': 'application/json' },
    });
  });

  it('throws the problem document of a refusal', async () => {
    server.answer(
      'GET /api/x',
      problem(409, { title: 'Conflict', detail: 'It has ended', remedy: 'Retry it' }),
      409,
    );
    const client = createHttpClient({ baseUrl: server.url, token: undefined });
    const refused = await client.send({ path: '/api/x', answer }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(RefusedError);
    expect((refused as RefusedError).problem).toMatchObject({
      status: 409,
      detail: 'It has ended',
      remedy: 'Retry it',
    });
  });

  it('never quotes a refusal that is no problem document', async () => {
    server.on('GET /api/x', (_request, response) => {
      response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>proxy</h1>');
    });
    const client = createHttpClient({ baseUrl: server.url, token: undefined });
    await expect(client.send({ path: '/api/x', answer })).rejects.toThrow(
      'Expected a problem document, got only Bad Gateway',
    );
  });

  it('takes a named status for an answer', async () => {
    server.answer('GET /readyz', { value: 0 }, 503);
    const client = createHttpClient({ baseUrl: server.url, token: undefined });
    await expect(client.send({ path: '/readyz', alsoAccept: 503, answer })).resolves.toEqual({ value: 0 });
  });

  it('calls an answer of another shape a defect that names the field', async () => {
    server.answer('GET /api/x', { value: 'one' });
    const client = createHttpClient({ baseUrl: server.url, token: undefined });
    await expect(client.send({ path: '/api/x', answer })).rejects.toMatchObject({
      kind: 'defect',
      message: expect.stringContaining('value'),
    });
  });

  it('says where it looked when nobody listens', async () => {
    await server.close();
    const client = createHttpClient({ baseUrl: server.url, token: undefined });
    await expect(client.send({ path: '/api/x', answer })).rejects.toMatchObject({
      kind: 'environment',
      message: expect.stringContaining(server.url),
      remedy: expect.stringContaining('longplay up'),
    });
    server = await startContractServer();
  });

  it('gives up when no answer comes in time', async () => {
    server.on('GET /api/x', () => undefined);
    const client = createHttpClient({ baseUrl: server.url, token: undefined, timeoutMs: 50 });
    await expect(client.send({ path: '/api/x', answer })).rejects.toMatchObject({
      kind: 'environment',
      message: expect.stringContaining('no answer in time'),
    });
  });

  it('follows no redirect, which would carry the token away', async () => {
    server.on('GET /api/x', (_request, response) => {
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    const client = createHttpClient({ baseUrl: server.url, token: 'lp_secret' });
    await expect(client.send({ path: '/api/x', answer })).rejects.toMatchObject({ kind: 'environment' });
    expect(server.requests.map(({ path }) => path)).toEqual(['/api/x']);
  });

  it('refuses an address that is none before it sends anything', async () => {
    const client = createHttpClient({ baseUrl: 'ftp://127.0.0.1', token: 'lp_secret' });
    await expect(client.send({ path: '/api/x', answer })).rejects.toMatchObject({ kind: 'bad_input' });
  });

  it.each(['/api/things/', '/api/things//events'])('sends nothing to %s, which lacks an id', async (path) => {
    const client = createHttpClient({ baseUrl: server.url, token: undefined });
    await expect(client.send({ path, answer })).rejects.toMatchObject({
      ...{ kind: 'bad_input', message: 'Expected an id or a name, got an empty text' },
    });
    expect(server.requests).toEqual([]);
  });

  it('ends a stream that gives no sign of life', async () => {
    server.on('GET /api/events', (_request, response) => {
      openStream(response)({ id: '1', event: 'snapshot', data: { jobs: [] } });
    });
    const client = createHttpClient({ baseUrl: server.url, token: undefined, idleMs: 2_000 });
    const stream = await client.stream({ path: '/api/events', signal: new AbortController().signal });
    const seen: string[] = [];
    for await (const event of stream.events) seen.push(event.event);
    expect(seen).toEqual(['snapshot']);
    expect(stream.lastEventId()).toBe('1');
  });
});
