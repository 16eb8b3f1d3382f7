import { z } from 'zod';

import type { IndexerSettings } from '../../integrations/integrations.js';
import {
  deleteIndexer,
  findIndexer,
  listIndexers,
  saveIndexer,
  type IndexerRow,
} from '../../store/acquisition/indexers.js';
import type { Queryable } from '../../store/database.js';
import type { ApiContext } from '../context.js';
import { defineOperation, type Answer } from '../http/operation.js';
import { HttpProblem } from '../http/problem.js';
import { idParams } from '../schemas/parameters.js';
import { indexerBody, indexerView, newIndexerBody, testResult } from '../schemas/settings.js';
import { testConnection } from './connection-test.js';
import { sealedSecret } from './secrets.js';
import { changeSettings, chooseId } from './setting-ids.js';

const tag = 'indexers';

export const listIndexersOperation = defineOperation({
  id: 'listIndexers',
  tag,
  summary: 'All indexers, in the order in which they are asked',
  responses: { 200: { description: 'All', schema: z.strictObject({ indexers: z.array(indexerView) }) } },
  handle: async ({ db }) => ({ status: 200, body: { indexers: (await listIndexers(db)).map(view) } }),
});

export const getIndexerOperation = defineOperation({
  id: 'getIndexer',
  tag,
  summary: 'One indexer',
  params: idParams,
  responses: { 200: { description: 'The indexer', schema: indexerView } },
  handle: async ({ db }, { params }) => ({ status: 200, body: view(await requireIndexer(db, params.id)) }),
});

export const createIndexerOperation = defineOperation({
  id: 'createIndexer',
  tag,
  summary: 'Adds an indexer',
  body: newIndexerBody,
  responses: { 201: { description: 'Added', schema: indexerView } },
  refusals: [409],
  handle: async ({ db, seal }, { body }) => {
    const row = await changeSettings(db, async (tx) => {
      const taken = (await listIndexers(tx)).map((indexer) => indexer.id);
      const id = chooseId({ id: body.id, name: body.name }, taken);
      await saveIndexer(tx, { ...body, id, secret: sealedSecret(seal, body.secret, null) });
      return requireIndexer(tx, id);
    });
    return {
      status: 201,
      body: view(row),
      headers: { location: `/api/indexers/${row.id}` },
      audit: { target: row.id, detail: { name: row.name, baseUrl: row.baseUrl } },
    };
  },
});

export const putIndexerOperation = defineOperation({
  id: 'putIndexer',
  tag,
  summary: 'Replaces an indexer’s settings; its back-off starts anew',
  params: idParams,
  body: indexerBody,
  responses: { 200: { description: 'Replaced', schema: indexerView } },
  refusals: [409],
  handle: async ({ db, seal }, { params, body }) => {
    const row = await changeSettings(db, async (tx) => {
      const { id, secret } = await requireIndexer(tx, params.id);
      await saveIndexer(tx, { ...body, id, secret: sealedSecret(seal, body.secret, secret) });
      return requireIndexer(tx, id);
    });
    const detail = { name: body.name, baseUrl: body.baseUrl, secretChanged: body.secret !== undefined };
    return { status: 200, body: view(row), audit: { detail } };
  },
});

export const deleteIndexerOperation = defineOperation({
  id: 'deleteIndexer',
  tag,
  summary: 'Removes an indexer; what it found stays explained',
  params: idParams,
  responses: { 204: { description: 'Removed' } },
  refusals: [409],
  handle: async ({ db }, { params }) => {
    if (await changeSettings(db, (tx) => deleteIndexer(tx, params.id))) return { status: 204 };
    throw unknown(params.id);
  },
});

export const testIndexerOperation = defineOperation({
  id: 'testIndexer',
  tag,
  summary: 'Asks a stored indexer what it can do',
  params: idParams,
  responses: { 200: { description: 'How it went', schema: testResult } },
  handle: async (context, { params }) => {
    const row = await requireIndexer(context.db, params.id);
    const secret = row.secret === null ? undefined : context.seal.open(row.secret);
    return test(context, row, secret);
  },
});

export const testNewIndexerOperation = defineOperation({
  id: 'testNewIndexer',
  tag,
  summary: 'Asks an indexer by settings that are not stored',
  body: newIndexerBody,
  responses: { 200: { description: 'How it went', schema: testResult } },
  handle: (context, { body }) =>
    test(context, { ...body, id: body.id ?? 'unsaved' }, body.secret ?? undefined),
});

function test(
  { integrations }: ApiContext,
  settings: Omit<IndexerSettings, 'apiKey'>,
  secret: string | undefined,
): Promise<Answer> {
  const { id, name, kind, baseUrl, username, categories } = settings;
  return testConnection(secret, async (signal) => {
    const apiKey = secret === undefined ? {} : { apiKey: secret };
    const caps = await integrations
      .indexer({ id, name, kind, baseUrl, username, categories, ...apiKey })
      .caps(signal);
    return `${caps.server} answers; it offers ${Object.keys(caps.searching).join(', ')}`;
  });
}

async function requireIndexer(db: Queryable, id: string): Promise<IndexerRow> {
  const row = await findIndexer(db, id);
  if (row === undefined) throw unknown(id);
  return row;
}

function unknown(id: string): HttpProblem {
  return new HttpProblem('gone', `There is no indexer "${id}"`);
}

function view({ secret, backoffLevel: _level, ...row }: IndexerRow) {
  return { ...row, hasSecret: secret !== null };
}
