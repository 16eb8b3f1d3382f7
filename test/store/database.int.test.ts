import { spawn } from 'node:child_process';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';

import { createDatabase, type Database } from '../../src/store/database.js';
import { createTestDatabase, type TestDatabase } from '../support/servers.js';
import { compileSource, type CompiledSource } from '../support/compiled-source.js';

let database: TestDatabase;
let source: CompiledSource;
const opened: Database[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  source = await compileSource(['store/database.ts', 'domain/faults.ts']);
});

afterAll(async () => {
  for (const db of opened) await db.close();
  await source.remove();
  await database.drop();
});

function connect(name: string): Database {
  const db = createDatabase({ connectionString: database.url, maxConnections: 2, applicationName: name });
  opened.push(db);
  return db;
}

function cut(name: string): Promise<pg.QueryResult<{ cut: boolean }>> {
  return database.db.query<{ cut: boolean }>(
    `select pg_terminate_backend(pid, 5000) as cut from pg_stat_activity where application_name = $1`,
    [name],
  );
}

describe('a transaction whose connection is lost', () => {
  it('fails as trouble of the environment, and the next one works', async () => {
    const db = connect('cut-in-query');
    const lost = db.transaction(async (tx) => {
      await tx.query('select 1');
      await cut('cut-in-query');
      await tx.query('select 2');
    });
    await expect(lost).rejects.toMatchObject({ kind: 'environment' });
    expect((await db.transaction((tx) => tx.query('select 3 as three'))).rows).toEqual([{ three: 3 }]);
  });

  it('does not end the process when that happens between two queries', async () => {
    // In a process of its own, since an error event that nobody hears would end this one.
    const entry = await source.writeEntry(`
      import { createDatabase } from './src/store/database.js';
      const [url] = process.argv.slice(2);
      const options = (applicationName) => ({ connectionString: url, maxConnections: 2, applicationName });
      const db = createDatabase(options('cut-between'));
      const other = createDatabase(options('cutter'));
      const cut = "select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'cut-between'";
      const told = await db.transaction(async (tx) => {
        await tx.query('select 1');
        await other.query(cut);
        // The loss is told by an event of the connection, with no query under way.
        await other.query('select pg_sleep(0.1)');
        await tx.query('select 2');
      }).catch((error) => error.kind);
      await db.close();
      await other.close();
      console.log(told);
    `);
    const child = spawn(process.execPath, [entry, database.url], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text: Buffer) => (said += text.toString()));
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect({ code, said: said.trim() }).toEqual({ code: 0, said: 'environment' });
  });
});
