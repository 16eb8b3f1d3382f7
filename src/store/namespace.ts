import type { Queryable } from './database.js';

const KEY = 'temporal_namespace_id';

/** The id of the Temporal namespace whose runs the rows speak of. */
export async function rememberedNamespace(db: Queryable): Promise<string | undefined> {
  const { rows } = await db.query<{ id: string }>(
    `select value #>> '{}' as id from settings where key = $1`,
    [KEY],
  );
  return rows[0]?.id;
}

export async function rememberNamespace(db: Queryable, id: string): Promise<void> {
  await db.query(
    `insert into settings (key, value) values ($1, to_jsonb($2::text)) on conflict (key) do update set value = excluded.value`,
    [KEY, id],
  );
}
