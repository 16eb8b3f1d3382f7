import type { Queryable } from '../../src/store/database.js';

/** Use of a token is noted beside every request; it is no change that anybody asked for. */
const IGNORED = ['last_used_at'];

/** All rows of all tables as one text: equal before and after means that nothing was stored. */
export async function fingerprint(db: Queryable): Promise<string> {
  const { rows: tables } = await db.query<{ name: string }>(
    `select table_name as name from information_schema.tables
     where table_schema = 'public' and table_type = 'BASE TABLE' order by table_name`,
  );
  const prints = await Promise.all(
    tables.map(async ({ name }) => {
      const { rows } = await db.query<{ print: string | null }>(
        `select md5(string_agg(row, '|' order by row)) as print
         from (select (to_jsonb(t) - $1::text[])::text as row from "${name}" t) as all_rows`,
        [IGNORED],
      );
      return `${name} ${rows[0]?.print ?? 'empty'}`;
    }),
  );
  return prints.join('\n');
}
