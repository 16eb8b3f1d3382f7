import { access, constants, stat } from 'node:fs/promises';

import { z } from 'zod';

import { checkOnline } from '../../activities/acquisition/root-state.js';
import { errorCode, Fault } from '../../domain/faults.js';
import type { Roots } from '../../integrations/files/roots.js';
import {
  deleteLibrary,
  findLibrary,
  isLibraryAwaited,
  listLibraries,
  saveLibrary,
  type LibraryRow,
} from '../../store/acquisition/libraries.js';
import type { Queryable } from '../../store/database.js';
import type { ApiContext } from '../context.js';
import { defineOperation, type Answer } from '../http/operation.js';
import { HttpProblem } from '../http/problem.js';
import { idParams } from '../schemas/parameters.js';
import { libraryBody, libraryView, newLibraryBody, testResult } from '../schemas/settings.js';
import { testConnection } from './connection-test.js';
import { checkKind, type LibraryKindSettings } from './library-kind.js';
import { checkPlace, checkRoot } from './library-place.js';
import { testLibraryServer } from '../../integrations/libraries/server-test.js';
import { qualityProfiles } from './quality-profile-operations.js';
import { sealedSecret } from './secrets.js';
import { changeSettings, chooseId, inUse } from './setting-ids.js';

const tag = 'libraries';

export const listLibrariesOperation = defineOperation({
  id: 'listLibraries',
  tag,
  summary: 'All libraries',
  responses: { 200: { description: 'All', schema: z.strictObject({ libraries: z.array(libraryView) }) } },
  handle: async ({ db }) => ({ status: 200, body: { libraries: (await listLibraries(db)).map(view) } }),
});

export const getLibraryOperation = defineOperation({
  id: 'getLibrary',
  tag,
  summary: 'One library',
  params: idParams,
  responses: { 200: { description: 'The library', schema: libraryView } },
  handle: async ({ db }, { params }) => ({ status: 200, body: view(await requireLibrary(db, params.id)) }),
});

export const createLibraryOperation = defineOperation({
  id: 'createLibrary',
  tag,
  summary: 'Adds a library',
  body: newLibraryBody,
  responses: { 201: { description: 'Added', schema: libraryView } },
  refusals: [409],
  handle: async ({ db, seal }, { body }) => {
    checkSettings(body);
    const row = await changeSettings(db, async (tx) => {
      const taken = (await listLibraries(tx)).map((library) => library.id);
      const id = chooseId({ id: body.id, name: body.name }, taken);
      await checkProfile(tx, body.qualityProfileId);
      await saveLibrary(tx, { ...body, id, secret: sealedSecret(seal, body.secret, null) });
      return requireLibrary(tx, id);
    });
    return {
      status: 201,
      body: view(row),
      headers: { location: `/api/libraries/${row.id}` },
      audit: { target: row.id, detail: { name: row.name, root: row.root, baseUrl: row.baseUrl } },
    };
  },
});

export const putLibraryOperation = defineOperation({
  id: 'putLibrary',
  tag,
  summary: 'Replaces a library’s settings; files stay where they are',
  params: idParams,
  body: libraryBody,
  responses: { 200: { description: 'Replaced', schema: libraryView } },
  refusals: [409],
  handle: async ({ db, seal }, { params, body }) => {
    checkSettings(body);
    const row = await changeSettings(db, async (tx) => {
      const { id, secret: stored } = await requireLibrary(tx, params.id);
      const secret = body.kind === 'folder' ? null : sealedSecret(seal, body.secret, stored);
      await checkProfile(tx, body.qualityProfileId);
      await saveLibrary(tx, { ...body, id, secret });
      return requireLibrary(tx, id);
    });
    const { name, root, baseUrl } = row;
    const detail = { name, root, baseUrl, secretChanged: body.secret !== undefined };
    return { status: 200, body: view(row), audit: { detail } };
  },
});

export const deleteLibraryOperation = defineOperation({
  id: 'deleteLibrary',
  tag,
  summary: 'Removes a library that no request uses; its files stay',
  params: idParams,
  responses: { 204: { description: 'Removed' } },
  refusals: [409],
  handle: async ({ db }, { params }) => {
    const removed = await changeSettings(db, async (tx) => {
      if (await isLibraryAwaited(tx, params.id)) throw inUse();
      return deleteLibrary(tx, params.id);
    });
    if (removed) return { status: 204 };
    throw unknown(params.id);
  },
});

export const testLibraryOperation = defineOperation({
  id: 'testLibrary',
  tag,
  summary: 'Looks whether a stored library’s folder is there and its server sees the same',
  params: idParams,
  responses: { 200: { description: 'How it went', schema: testResult } },
  handle: async (context, { params }) => {
    const row = await requireLibrary(context.db, params.id);
    return test(context, row, row.secret === null ? undefined : context.seal.open(row.secret));
  },
});

export const testNewLibraryOperation = defineOperation({
  id: 'testNewLibrary',
  tag,
  summary: 'Tries settings that are not stored; without a section it tells which the server has',
  body: newLibraryBody,
  responses: { 200: { description: 'How it went', schema: testResult } },
  handle: (context, { body }) => {
    checkSettings(body, { testing: true });
    return test(context, { ...body, id: body.id ?? 'unsaved' }, body.secret ?? undefined);
  },
});

function checkSettings(
  body: LibraryKindSettings & { root: string; pathTemplate: string },
  { testing = false } = {},
): void {
  checkPlace(body);
  checkKind(body, { testing });
}

type Tested = Pick<LibraryRow, 'id' | 'kind' | 'root' | 'baseUrl' | 'section' | 'pathMappings'>;

function test(
  { db, roots, integrations }: ApiContext,
  { id, kind, root, baseUrl, section, pathMappings }: Tested,
  secret: string | undefined,
): Promise<Answer> {
  return testConnection(secret, async (signal) => {
    const folder = await testFolder(roots, root);
    await checkOnline({ roots, db }, { root });
    if (kind === 'folder' || baseUrl === null) return folder;
    const opened = secret === undefined ? {} : { secret };
    const server = integrations.libraryServer({ id, kind, baseUrl, section, ...opened });
    const place = { root, pathMappings };
    return `${await testLibraryServer({ server, place, section, roots, signal })}; ${folder}`;
  });
}

/** The host's own path stays out of the answer: people name roots. */
async function testFolder(roots: Roots, root: string): Promise<string> {
  checkRoot(root);
  const folder = roots.resolve(root);
  try {
    if (!(await stat(folder)).isDirectory())
      throw new Fault('environment', `${root} is a file, not a folder`);
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw error instanceof Fault ? error : folderFault(root, error);
  }
  return `${root} is there and can be written`;
}

function folderFault(root: string, error: unknown): Fault {
  const code = errorCode(error) ?? 'an unknown error';
  return new Fault('environment', `Expected to write in ${root}, got ${code}`, {
    remedy: code === 'ENOENT' ? 'Make the folder, or mount it' : 'Let Longplay’s user read and write it',
    cause: error,
  });
}

/** @throws HttpProblem gone. */
export async function requireLibrary(db: Queryable, id: string): Promise<LibraryRow> {
  const row = await findLibrary(db, id);
  if (row === undefined) throw unknown(id);
  return row;
}

function view({ secret, ...row }: LibraryRow) {
  return { ...row, hasSecret: secret !== null };
}

function unknown(id: string): HttpProblem {
  return new HttpProblem('gone', `There is no library "${id}"`);
}

async function checkProfile(tx: Queryable, id: string | null): Promise<void> {
  if (id !== null) await qualityProfiles.require(tx, id);
}
