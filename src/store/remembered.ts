import type { Queryable } from './database.js';

/** What Longplay remembers of itself, as texts in the table of settings. */
type Remembered = 'database_id' | 'temporal_namespace_id' | 'swept_at' | 'marked_at' | 'catching_up';

export async function recall(db: Queryable, key: Remembered): Promise<string | undefined> {
  const { rows } = await db.query<{ value: string }>(
    `select value #>> '{}' as value from settings where key = $1`,
    [key],
  );
  return rows[0]?.value;
}

export async function remember(db: Queryable, key: Remembered, value: string): Promise<void> {
  await db.query(
    `insert into settings (key, value) values ($1, to_jsonb($2::text)) on conflict (key) do update set value = excluded.value`,
    [key, value],
  );
}

export async function forget(db: Queryable, key: Remembered): Promise<void> {
  await db.query('delete from settings where key = $1', [key]);
}

export async function recallTime(db: Queryable, key: Remembered): Promise<Date | undefined> {
  const value = await recall(db, key);
  return value === undefined ? undefined : new Date(value);
}
