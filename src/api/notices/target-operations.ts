import { randomUUID } from 'node:crypto';

import { z } from 'zod';

import { Fault } from '../../domain/faults.js';
import { testMessage } from '../../domain/notices/message.js';
import {
  readTargetAddress,
  type TargetAddress,
  type TargetKind,
} from '../../domain/notices/target-address.js';
import type { Queryable } from '../../store/database.js';
import {
  deleteTarget,
  findTarget,
  listTargets,
  saveTarget,
  type TargetRow,
} from '../../store/notices/targets.js';
import type { ApiContext } from '../context.js';
import { defineOperation, type Answer } from '../http/operation.js';
import { HttpProblem } from '../http/problem.js';
import { newTargetBody, targetBody, targetView } from '../schemas/notice.js';
import { idParams } from '../schemas/parameters.js';
import { testResult } from '../schemas/settings.js';
import { testConnection } from '../settings/connection-test.js';
import { sealedSecret } from '../settings/secrets.js';
import { changeSettings, chooseId } from '../settings/setting-ids.js';

const tag = 'notifications';

export const listTargetsOperation = defineOperation({
  id: 'listNotificationTargets',
  tag,
  summary: 'Where notices go',
  responses: {
    200: { description: 'All', schema: z.strictObject({ notificationTargets: z.array(targetView) }) },
  },
  handle: async ({ db }) => ({
    status: 200,
    body: { notificationTargets: (await listTargets(db)).map(view) },
  }),
});

export const getTargetOperation = defineOperation({
  id: 'getNotificationTarget',
  tag,
  summary: 'One target of notices',
  params: idParams,
  responses: { 200: { description: 'The target', schema: targetView } },
  handle: async ({ db }, { params }) => ({ status: 200, body: view(await requireTarget(db, params.id)) }),
});

export const createTargetOperation = defineOperation({
  id: 'createNotificationTarget',
  tag,
  summary: 'Adds a target of notices',
  body: newTargetBody,
  responses: { 201: { description: 'Added', schema: targetView } },
  refusals: [409],
  handle: async ({ db, seal }, { body }) => {
    const address = checkedAddress(body.url, body.kind);
    const { kind, place } = address;
    checkSecret(address, body.secret);
    const row = await changeSettings(db, async (tx) => {
      const taken = (await listTargets(tx)).map((target) => target.id);
      const id = chooseId({ id: body.id, name: body.name }, taken);
      const secret = sealedSecret(seal, body.secret, null);
      await saveTarget(tx, { ...body, id, kind, place, url: seal.seal(body.url), secret });
      return requireTarget(tx, id);
    });
    return {
      status: 201,
      body: view(row),
      headers: { location: `/api/notification-targets/${row.id}` },
      audit: { target: row.id, detail: { name: row.name, kind, place } },
    };
  },
});

export const putTargetOperation = defineOperation({
  id: 'putNotificationTarget',
  tag,
  summary: 'Replaces a target’s settings; what waits for it is tried at once',
  params: idParams,
  body: targetBody,
  responses: { 200: { description: 'Replaced', schema: targetView } },
  refusals: [409],
  handle: async ({ db, seal }, { params, body }) => {
    const row = await changeSettings(db, async (tx) => {
      const stored = await requireTarget(tx, params.id);
      const wished = body.kind ?? (body.url === undefined ? stored.kind : undefined);
      const address = checkedAddress(body.url ?? seal.open(stored.url), wished);
      const { kind, place } = address;
      const secret = sealedSecret(seal, body.secret, stored.secret);
      checkSecret(address, secret);
      const url = body.url === undefined ? stored.url : seal.seal(body.url);
      await saveTarget(tx, { ...body, id: stored.id, kind, place, url, secret });
      return requireTarget(tx, stored.id);
    });
    const { name, kind, place } = row;
    const changed = { urlChanged: body.url !== undefined, secretChanged: body.secret !== undefined };
    return { status: 200, body: view(row), audit: { detail: { name, kind, place, ...changed } } };
  },
});

export const deleteTargetOperation = defineOperation({
  id: 'deleteNotificationTarget',
  tag,
  summary: 'Removes a target with all that was told or waits to be told there',
  params: idParams,
  responses: { 204: { description: 'Removed' } },
  handle: async ({ db }, { params }) => {
    if (await changeSettings(db, (tx) => deleteTarget(tx, params.id))) return { status: 204 };
    throw unknown(params.id);
  },
});

export const testTargetOperation = defineOperation({
  id: 'testNotificationTarget',
  tag,
  summary: 'Sends a real message to a stored target and says what came back',
  params: idParams,
  responses: { 200: { description: 'How it went', schema: testResult } },
  handle: async (context, { params }) => {
    const { seal, db } = context;
    const row = await requireTarget(db, params.id);
    const secret = row.secret === null ? undefined : seal.open(row.secret);
    return test(context, readTargetAddress(seal.open(row.url), row.kind), secret);
  },
});

export const testNewTargetOperation = defineOperation({
  id: 'testNewNotificationTarget',
  tag,
  summary: 'Sends a real message by settings that are not stored',
  body: newTargetBody,
  responses: { 200: { description: 'How it went', schema: testResult } },
  handle: (context, { body }) => {
    const address = checkedAddress(body.url, body.kind);
    checkSecret(address, body.secret);
    return test(context, address, body.secret ?? undefined);
  },
});

function test(
  { integrations }: ApiContext,
  address: TargetAddress,
  secret: string | undefined,
): Promise<Answer> {
  const notifier = integrations.notifier({ address, ...(secret === undefined ? {} : { secret }) });
  const message = testMessage({ key: randomUUID(), at: new Date().toISOString() });
  return testConnection(secret, async (signal) => {
    const { told, missed } = await notifier.send(message, signal);
    if (missed !== undefined) throw missed;
    return told;
  });
}

/** @throws HttpProblem bad_input that points at the address, and does not repeat it. */
function checkedAddress(url: string, kind: TargetKind | undefined): TargetAddress {
  try {
    return readTargetAddress(url, kind);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw new HttpProblem('bad_input', error.message, {
      ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
      errors: [{ pointer: '/url', detail: error.message }],
      cause: error,
    });
  }
}

/** Apprise has its secrets in its own configuration, and a password of mail is that of the address's user. */
function checkSecret({ kind, username }: TargetAddress, secret: string | null | undefined): void {
  if (typeof secret !== 'string') return;
  if (kind === 'apprise')
    throw wrongSecret('Expected no secret: apprise takes a user and password in its address, or none');
  if (kind === 'mail' && username === '')
    throw wrongSecret('Expected a user in the address beside a password as the secret, got none');
}

function wrongSecret(detail: string): HttpProblem {
  return new HttpProblem('bad_input', detail, { errors: [{ pointer: '/secret', detail }] });
}

async function requireTarget(db: Queryable, id: string): Promise<TargetRow> {
  const row = await findTarget(db, id);
  if (row === undefined) throw unknown(id);
  return row;
}

function unknown(id: string): HttpProblem {
  return new HttpProblem('gone', `There is no notification target "${id}"`);
}

function view({ url: _url, secret, ...row }: TargetRow) {
  return { ...row, hasSecret: secret !== null };
}
