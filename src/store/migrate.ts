import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import pg from 'pg';

import { Fault } from '../domain/faults.js';

const LOCK = 4_100_001;
const DIRECTORY = fileURLToPath(new URL('../../migrations', import.meta.url));

/**
 * Applies migrations/NNNN_name.sql in order, each in one transaction, one process at a time.
 * @throws Fault defect when an applied file was edited, or the database is newer than this program.
 */
export async function migrate(options: { connectionString: string; directory?: string }): Promise<string[]> {
  const directory = options.directory ?? DIRECTORY;
  const client = new pg.Client({ connectionString: options.connectionString });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    await client.query(
      'create table if not exists migrations (name text primary key, sha256 text not null, applied_at timestamptz not null default now())',
    );
    return await applyMissing(client, await readMigrations(directory));
  } finally {
    await client.end();
  }
}

interface Migration {
  name: string;
  sql: string;
  sha256: string;
}

async function readMigrations(directory: string): Promise<Migration[]> {
  const names = (await readdir(directory)).filter((name) => /^\d{4}_.+\.sql$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(path.join(directory, name), 'utf8');
      return { name, sql, sha256: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

async function applyMissing(client: pg.Client, migrations: Migration[]): Promise<string[]> {
  const { rows } = await client.query<{ name: string; sha256: string }>(
    'select name, sha256 from migrations',
  );
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const row of rows) {
    const migration = known.get(row.name);
    if (migration?.sha256 === row.sha256) continue;
    throw new Fault(
      'defect',
      migration === undefined
        ? `The database has migration ${row.name}, which this version of Longplay does not know`
        : `Migration ${row.name} was edited after it had been applied`,
      { remedy: migration === undefined ? 'Start the newer version' : 'Add a new migration instead' },
    );
  }
  const applied = new Set(rows.map((row) => row.name));
  const missing = migrations.filter((migration) => !applied.has(migration.name));
  for (const migration of missing) await apply(client, migration);
  return missing.map((migration) => migration.name);
}

async function apply(client: pg.Client, { name, sql, sha256 }: Migration): Promise<void> {
  await client.query('begin');
  try {
    await client.query(sql);
    await client.query('insert into migrations (name, sha256) values ($1, $2)', [name, sha256]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw new Fault('defect', `Migration ${name} failed`, { cause: error });
  }
}
