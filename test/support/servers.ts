import { randomBytes } from 'node:crypto';

import pg from 'pg';

import { createDatabase, type Database } from '../../src/store/database.js';
import { migrate } from '../../src/store/migrate.js';

function required(name: string): string {
  const value = process.env[name];
  if (value !== undefined) return value;
  throw new Error(
    `${name} is not set: run integration tests by "npm run test:integration", which starts the servers`,
  );
}

export interface TestDatabase {
  url: string;
  db: Database;
  drop: () => Promise<void>;
}

/** A migrated database of its own on the real server. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = required('LONGPLAY_TEST_DATABASE_URL');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await administer(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  await migrate({ connectionString: url.href });
  const db = createDatabase({ connectionString: url.href, maxConnections: 12, applicationName: name });
  return {
    url: url.href,
    db,
    drop: async () => {
      await db.close();
      await administer(server, `drop database ${name} with (force)`);
    },
  };
}

async function administer(connectionString: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

export interface TestTemporal {
  address: string;
  namespace: string;
  cliPath: string;
}

export function testTemporal(): TestTemporal {
  return {
    address: required(`LONGPLAY_TEST_TEMPORAL_ADDRESS_${required('JEST_WORKER_ID')}`),
    namespace: required('LONGPLAY_TEST_TEMPORAL_NAMESPACE'),
    cliPath: required('LONGPLAY_TEST_TEMPORAL_CLI'),
  };
}
