import pg from 'pg';

import { errorCode, Fault } from '../domain/faults.js';

/** What a repository needs: a pool, or one client inside a transaction. */
export interface Queryable {
  query<Row extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<pg.QueryResult<Row>>;
}

export interface Database extends Queryable {
  /** Runs `work` in one transaction; any error rolls it back and is rethrown. */
  transaction<Result>(work: (tx: Queryable) => Promise<Result>): Promise<Result>;
  /** A connection of its own, for advisory locks and LISTEN; the caller ends it. */
  dedicated(): Promise<pg.Client>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  connectionString: string;
  maxConnections: number;
  applicationName: string;
  /** A query that waits longer for a connection or an answer fails; milliseconds. */
  timeoutMs?: number;
}

// bigint columns are sizes and cursors below 2^53; text would make every sum a concatenation.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

export function createDatabase(options: DatabaseOptions): Database {
  const timeoutMs = options.timeoutMs ?? 10_000;
  const connection = {
    connectionString: options.connectionString,
    application_name: options.applicationName,
    connectionTimeoutMillis: timeoutMs,
    keepAlive: true,
  };
  const pool = new pg.Pool({ ...connection, max: options.maxConnections, query_timeout: timeoutMs });
  // An idle connection that the server drops must not end the process; the next query opens another.
  pool.on('error', () => undefined);
  // Neither must one that is lost between two queries of a transaction: the next of them fails.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return {
    query: (sql, values) => retryingDeadlocks(() => rethrowing(pool.query(sql, values))),
    transaction: (work) => retryingDeadlocks(() => inTransaction(pool, work)),
    dedicated: async () => {
      const client = new pg.Client({ ...connection, query_timeout: timeoutMs });
      client.on('error', () => undefined);
      await rethrowing(client.connect());
      return client;
    },
    close: () => pool.end(),
  };
}

const DEADLOCK_RETRIES = 5;

/** Locks are taken child before parent and job before step; what still collides was rolled back and may repeat. */
async function retryingDeadlocks<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let retries = 0; ; retries += 1) {
    try {
      return await work();
    } catch (error) {
      const collided =
        error instanceof pg.DatabaseError && (error.code === '40P01' || error.code === '40001');
      if (!collided || retries >= DEADLOCK_RETRIES) throw error;
    }
  }
}

async function inTransaction<Result>(
  pool: pg.Pool,
  work: (tx: Queryable) => Promise<Result>,
): Promise<Result> {
  const client = await rethrowing(pool.connect());
  const tx = inLine(client);
  let broken: Error | undefined;
  try {
    await tx.query('begin');
    const result = await work(tx);
    await tx.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((failure: unknown) => {
      broken = failure instanceof Error ? failure : new Error(String(failure));
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/** One connection runs one query at a time, and pg 9 no longer keeps the line: whoever asks for several waits. */
function inLine(client: pg.PoolClient): Queryable {
  let last: Promise<unknown> = Promise.resolve();
  return {
    query: <Row extends pg.QueryResultRow>(sql: string, values?: unknown[]) => {
      const next = last.then(() => rethrowing(client.query<Row>(sql, values)));
      last = next.catch(() => undefined);
      return next;
    },
  };
}

/** Connection trouble becomes an environment fault, so that callers can tell it from a wrong query. */
async function rethrowing<Result>(running: Promise<Result>): Promise<Result> {
  try {
    return await running;
  } catch (error) {
    if (!isConnectionTrouble(error)) throw error;
    throw new Fault('environment', 'Expected Postgres to answer, but it cannot be reached', {
      remedy: 'Check that Postgres runs and that DATABASE_URL is right',
      cause: error,
    });
  }
}

const CONNECTION_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'ETIMEDOUT',
  'EPIPE',
  'ENOTFOUND',
  'EHOSTUNREACH',
]);

export function isConnectionTrouble(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isConnectionTrouble);
  const code = errorCode(error) ?? '';
  // 57P0x: the server shuts down or starts; 53300: too many connections; 08: connection exceptions.
  if (/^(57P0[1-5]|53300|08)/.test(code) || CONNECTION_CODES.has(code)) return true;
  return error instanceof Error && TROUBLE_WITHOUT_CODE.test(error.message);
}

const TROUBLE_WITHOUT_CODE =
  /Connection terminated|timeout exceeded when trying to connect|Query read timeout|client has encountered a connection error/i;

/** The constraint that a unique violation hit, or undefined for any other error. */
export function violatedUnique(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError && error.code === '23505' ? error.constraint : undefined;
}
