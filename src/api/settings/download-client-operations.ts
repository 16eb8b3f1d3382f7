import { z } from 'zod';

import type { DownloadClientSettings } from '../../integrations/integrations.js';
import {
  deleteDownloadClient,
  findDownloadClient,
  listDownloadClients,
  lookAtClients,
  saveDownloadClient,
  type DownloadClientRow,
} from '../../store/acquisition/download-clients.js';
import type { Queryable } from '../../store/database.js';
import type { ApiContext } from '../context.js';
import { defineOperation, type Answer } from '../http/operation.js';
import { HttpProblem } from '../http/problem.js';
import { idParams } from '../schemas/parameters.js';
import {
  downloadClientBody,
  downloadClientView,
  newDownloadClientBody,
  testResult,
} from '../schemas/settings.js';
import { testConnection } from './connection-test.js';
import { sealedSecret } from './secrets.js';
import { changeSettings, chooseId } from './setting-ids.js';

const tag = 'download-clients';

export const listDownloadClientsOperation = defineOperation({
  id: 'listDownloadClients',
  tag,
  summary: 'All download clients, in the order in which they are used',
  responses: {
    200: { description: 'All', schema: z.strictObject({ downloadClients: z.array(downloadClientView) }) },
  },
  handle: async ({ db }) => ({
    status: 200,
    body: { downloadClients: (await listDownloadClients(db)).map(view) },
  }),
});

export const getDownloadClientOperation = defineOperation({
  id: 'getDownloadClient',
  tag,
  summary: 'One download client',
  params: idParams,
  responses: { 200: { description: 'The client', schema: downloadClientView } },
  handle: async ({ db }, { params }) => ({ status: 200, body: view(await requireClient(db, params.id)) }),
});

export const createDownloadClientOperation = defineOperation({
  id: 'createDownloadClient',
  tag,
  summary: 'Adds a download client',
  body: newDownloadClientBody,
  responses: { 201: { description: 'Added', schema: downloadClientView } },
  refusals: [409],
  handle: async ({ db, seal }, { body }) => {
    const row = await changeSettings(db, async (tx) => {
      const taken = (await listDownloadClients(tx)).map((client) => client.id);
      const id = chooseId({ id: body.id, name: body.name }, taken);
      const secret = sealedSecret(seal, body.secret, null);
      await saveDownloadClient(tx, { ...body, id, secret, embedded: false });
      return requireClient(tx, id);
    });
    return {
      status: 201,
      body: view(row),
      headers: { location: `/api/download-clients/${row.id}` },
      audit: { target: row.id, detail: { name: row.name, baseUrl: row.baseUrl } },
    };
  },
});

export const putDownloadClientOperation = defineOperation({
  id: 'putDownloadClient',
  tag,
  summary: 'Replaces a download client’s settings',
  params: idParams,
  body: downloadClientBody,
  responses: { 200: { description: 'Replaced', schema: downloadClientView } },
  refusals: [409],
  handle: async ({ db, seal }, { params, body }) => {
    const row = await changeSettings(db, async (tx) => {
      const { id, embedded, secret: stored } = await requireClient(tx, params.id);
      const secret = sealedSecret(seal, body.secret, stored);
      await saveDownloadClient(tx, { ...body, id, secret, embedded });
      return requireClient(tx, id);
    });
    const detail = { name: body.name, baseUrl: body.baseUrl, secretChanged: body.secret !== undefined };
    return { status: 200, body: view(row), audit: { detail } };
  },
});

export const deleteDownloadClientOperation = defineOperation({
  id: 'deleteDownloadClient',
  tag,
  summary: 'Removes a download client that nothing uses',
  params: idParams,
  responses: { 204: { description: 'Removed' } },
  refusals: [409],
  handle: async ({ db }, { params }) => {
    const row = await requireClient(db, params.id);
    if (row.embedded) {
      throw new HttpProblem('conflict', 'The embedded client would come back with the next start', {
        remedy: 'Disable it instead: set "enabled" to false',
      });
    }
    await changeSettings(db, (tx) => deleteDownloadClient(tx, row.id));
    return { status: 204 };
  },
});

export const testDownloadClientOperation = defineOperation({
  id: 'testDownloadClient',
  tag,
  summary: 'Asks a stored download client for its version',
  params: idParams,
  responses: { 200: { description: 'How it went', schema: testResult } },
  handle: async (context, { params }) => {
    const row = await requireClient(context.db, params.id);
    return test(context, row, row.secret === null ? undefined : context.seal.open(row.secret));
  },
});

export const pollDownloadClientOperation = defineOperation({
  id: 'pollDownloadClient',
  tag,
  summary: 'Says that something has changed in a download client: it is asked now, not only at its next time',
  params: idParams,
  responses: {
    202: {
      description: 'Taken; `asked` is false where it was asked for less than 5 s ago',
      schema: z.strictObject({ asked: z.boolean() }),
    },
  },
  handle: async ({ db, hintLimit }, { params }) => {
    const { id } = await requireClient(db, params.id);
    const asked = hintLimit.waitMs(id) === 0;
    if (asked) {
      hintLimit.record(id);
      await lookAtClients(db);
    }
    return { status: 202, body: { asked }, audit: 'changed nothing' };
  },
});

export const testNewDownloadClientOperation = defineOperation({
  id: 'testNewDownloadClient',
  tag,
  summary: 'Asks a download client by settings that are not stored',
  body: newDownloadClientBody,
  responses: { 200: { description: 'How it went', schema: testResult } },
  handle: (context, { body }) =>
    test(context, { ...body, id: body.id ?? 'unsaved' }, body.secret ?? undefined),
});

function test(
  { integrations }: ApiContext,
  { id, kind, baseUrl, username }: Omit<DownloadClientSettings, 'secret'>,
  secret: string | undefined,
): Promise<Answer> {
  return testConnection(secret, async (signal) => {
    const opened = secret === undefined ? {} : { secret };
    const { product, version } = await integrations
      .downloadClient({ id, kind, baseUrl, username, ...opened })
      .probe(signal);
    return `${product} ${version} answers`;
  });
}

async function requireClient(db: Queryable, id: string): Promise<DownloadClientRow> {
  const row = await findDownloadClient(db, id);
  if (row !== undefined) return row;
  throw new HttpProblem('gone', `There is no download client "${id}"`);
}

function view({ secret, sessionId: _session, ...row }: DownloadClientRow) {
  return { ...row, hasSecret: secret !== null };
}
