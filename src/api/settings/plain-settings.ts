import { z } from 'zod';

import type { Queryable } from '../../store/database.js';
import { defineOperation, type Operation } from '../http/operation.js';
import { HttpProblem } from '../http/problem.js';
import { idParams } from '../schemas/parameters.js';
import { changeSettings, chooseId } from './setting-ids.js';

/** Settings without secrets: each is a name and an object that is set as a whole. */
export interface PlainSettings<Row, Body> {
  tag: string;
  /** As in operation ids: `listDelayProfiles`, `putDelayProfile`. */
  ids: { one: string; many: string };
  /** For people: `delay profile`. */
  called: string;
  path: string;
  /** The list's name in its answer. */
  key: string;
  summaries: { list: string; create: string; put: string; remove: string };
  schemas: { body: z.ZodType<Body>; newBody: z.ZodType<Body & { id?: string | undefined }>; view: z.ZodType };
  store: {
    list: (db: Queryable) => Promise<Row[]>;
    find: (db: Queryable, id: string) => Promise<Row | undefined>;
    save: (tx: Queryable, settings: Body & { id: string }) => Promise<void>;
    remove: (tx: Queryable, id: string) => Promise<boolean>;
  };
  /** @throws for what cannot work; nothing is stored then. */
  check?: (tx: Queryable, settings: Body & { id: string }) => Promise<void>;
  /** @throws for what is still in use. */
  checkRemoval?: (tx: Queryable, id: string) => Promise<void>;
  /** After each change. */
  changed?: (db: Queryable) => Promise<void>;
}

export interface PlainOperations<Row> {
  list: Operation;
  create: Operation;
  put: Operation;
  remove: Operation;
  /** @throws HttpProblem gone. */
  require: (db: Queryable, id: string) => Promise<Row>;
}

/** The four operations that all of these have. */
export function plainSettings<Row extends { id: string; name: string }, Body extends { name: string }>(
  settings: PlainSettings<Row, Body>,
): PlainOperations<Row> {
  const { tag, ids, called, path, key, summaries, schemas, store, changed } = settings;
  const unknown = (id: string): HttpProblem => new HttpProblem('gone', `There is no ${called} "${id}"`);
  const require = async (db: Queryable, id: string): Promise<Row> => {
    const row = await store.find(db, id);
    if (row === undefined) throw unknown(id);
    return row;
  };
  const save = async (tx: Queryable, given: Body & { id: string }): Promise<Row> => {
    await settings.check?.(tx, given);
    await store.save(tx, given);
    return require(tx, given.id);
  };
  return {
    require,
    list: defineOperation({
      id: `list${ids.many}`,
      tag,
      summary: summaries.list,
      responses: { 200: { description: 'All', schema: z.strictObject({ [key]: z.array(schemas.view) }) } },
      handle: async ({ db }) => ({ status: 200, body: { [key]: await store.list(db) } }),
    }),
    create: defineOperation({
      id: `create${ids.one}`,
      tag,
      summary: summaries.create,
      body: schemas.newBody,
      responses: { 201: { description: 'Added', schema: schemas.view } },
      refusals: [409],
      handle: async ({ db }, { body }) => {
        const row = await changeSettings(db, async (tx) => {
          const taken = (await store.list(tx)).map(({ id }) => id);
          return save(tx, { ...body, id: chooseId({ id: body.id, name: body.name }, taken) });
        });
        await changed?.(db);
        const audit = { target: row.id, detail: { name: row.name } };
        return { status: 201, body: row, headers: { location: `${path}/${row.id}` }, audit };
      },
    }),
    put: defineOperation({
      id: `put${ids.one}`,
      tag,
      summary: summaries.put,
      params: idParams,
      body: schemas.body,
      responses: { 200: { description: 'Replaced', schema: schemas.view } },
      refusals: [409],
      handle: async ({ db }, { params, body }) => {
        const row = await changeSettings(db, async (tx) => {
          const { id } = await require(tx, params.id);
          return save(tx, { ...body, id });
        });
        await changed?.(db);
        return { status: 200, body: row, audit: { detail: { name: row.name } } };
      },
    }),
    remove: defineOperation({
      id: `delete${ids.one}`,
      tag,
      summary: summaries.remove,
      params: idParams,
      responses: { 204: { description: 'Removed' } },
      refusals: [409],
      handle: async ({ db }, { params }) => {
        await changeSettings(db, async (tx) => {
          await settings.checkRemoval?.(tx, params.id);
          if (!(await store.remove(tx, params.id))) throw unknown(params.id);
        });
        await changed?.(db);
        return { status: 204 };
      },
    }),
  };
}
