import type { ActivityDeps } from '../../src/activities/deps.js';

/** Tables that hold one of these texts in any row, plain or as the bytes of a column. */
export async function tablesWith(db: ActivityDeps['db'], texts: readonly string[]): Promise<string[]> {
  const { rows: tables } = await db.query<{ name: string }>(
    `select quote_ident(tablename) as name from pg_tables where schemaname = 'public'`,
  );
  const patterns = texts.flatMap((text) => [`%${text}%`, `%${Buffer.from(text).toString('hex')}%`]);
  const found: string[] = [];
  for (const { name } of tables) {
    const { rows } = await db.query(`select from ${name} t where t::text like any ($1::text[]) limit 1`, [
      patterns,
    ]);
    if (rows.length > 0) found.push(name);
  }
  return found;
}
