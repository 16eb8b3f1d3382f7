import { access, constants, stat } from 'node:fs/promises';

import { z } from 'zod';

import { errorCode, Fault } from '../../domain/faults.js';
import {
  deleteLibrary,
  findLibrary,
  isLibraryAwaited,
  listLibraries,
  saveLibrary,
  type LibraryRow,
} from '../../store/acquisition/settings.js';
import type { Queryable } from '../../store/database.js';
import type { ApiContext } from '../context.js';
import { defineOperation, type Answer } from '../http/operation.js';
import { HttpProblem } from '../http/problem.js';
import { idParams } from '../schemas/parameters.js';
import { libraryBody, libraryView, newLibraryBody, testResult } from '../schemas/settings.js';
import { testConnection } from './connection-test.js';
import { checkPlace, checkRoot } from './library-place.js';
import { changeSettings, chooseId, inUse } from './setting-ids.js';

const tag = 'libraries';

export const listLibrariesOperation = defineOperation({
  id: 'listLibraries',
  tag,
  summary: 'All libraries',
  responses: { 200: { description: 'All', schema: z.strictObject({ libraries: z.array(libraryView) }) } },
  handle: async ({ db }) => ({ status: 200, body: { libraries: await listLibraries(db) } }),
});

export const getLibraryOperation = defineOperation({
  id: 'getLibrary',
  tag,
  summary: 'One library',
  params: idParams,
  responses: { 200: { description: 'The library', schema: libraryView } },
  handle: async ({ db }, { params }) => ({ status: 200, body: await requireLibrary(db, params.id) }),
});

export const createLibraryOperation = defineOperation({
  id: 'createLibrary',
  tag,
  summary: 'Adds a library',
  body: newLibraryBody,
  responses: { 201: { description: 'Added', schema: libraryView } },
  refusals: [409],
  handle: async ({ db }, { body }) => {
    checkPlace(body);
    const row = await changeSettings(db, async (tx) => {
      const taken = (await listLibraries(tx)).map((library) => library.id);
      const id = chooseId({ id: body.id, name: body.name }, taken);
      await saveLibrary(tx, { ...body, id });
      return requireLibrary(tx, id);
    });
    return {
      status: 201,
      body: row,
      headers: { location: `/api/libraries/${row.id}` },
      audit: { target: row.id, detail: { name: row.name, root: row.root } },
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
  handle: async ({ db }, { params, body }) => {
    checkPlace(body);
    const row = await changeSettings(db, async (tx) => {
      const { id } = await requireLibrary(tx, params.id);
      await saveLibrary(tx, { ...body, id });
      return requireLibrary(tx, id);
    });
    return { status: 200, body: row, audit: { detail: { name: row.name, root: row.root } } };
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
  summary: 'Looks whether a stored library’s folder is there and can be written',
  params: idParams,
  responses: { 200: { description: 'How it went', schema: testResult } },
  handle: async (context, { params }) => test(context, (await requireLibrary(context.db, params.id)).root),
});

export const testNewLibraryOperation = defineOperation({
  id: 'testNewLibrary',
  tag,
  summary: 'Looks at a folder by settings that are not stored',
  body: newLibraryBody,
  responses: { 200: { description: 'How it went', schema: testResult } },
  handle: (context, { body }) => {
    checkPlace(body);
    return test(context, body.root);
  },
});

/** The host's own path stays out of the answer: people name roots. */
function test({ roots }: ApiContext, root: string): Promise<Answer> {
  return testConnection(undefined, async () => {
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
  });
}

function folderFault(root: string, error: unknown): Fault {
  const code = errorCode(error) ?? 'an unknown error';
  return new Fault('environment', `Expected to write in ${root}, got ${code}`, {
    remedy: code === 'ENOENT' ? 'Make the folder, or mount it' : 'Let Longplay’s user read and write it',
    cause: error,
  });
}

async function requireLibrary(db: Queryable, id: string): Promise<LibraryRow> {
  const row = await findLibrary(db, id);
  if (row === undefined) throw unknown(id);
  return row;
}

function unknown(id: string): HttpProblem {
  return new HttpProblem('gone', `There is no library "${id}"`);
}
