import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { findTemporal } from '../../src/embedded/programs.js';
import type { Evidence, Violation } from './checks/evidence.js';

const run = promisify(execFile);
const MOST_JOBS = 25;
const TABLES = ['job_runs', 'job_steps', 'job_attempts', 'job_wishes', 'job_logs', 'cleanups'] as const;

/** Rows, seen statuses and history of each job that a violation names, below `<house>/evidence`. */
export async function saveEvidence(evidence: Evidence, violations: readonly Violation[]): Promise<void> {
  const folder = path.join(evidence.house.folder, 'evidence');
  await mkdir(folder, { recursive: true });
  const named = new Set(violations.flatMap(({ jobId }) => (jobId === undefined ? [] : [jobId])));
  for (const jobId of [...named].slice(0, MOST_JOBS)) {
    const rows = await readRows(evidence, jobId).catch((error: unknown) => String(error));
    const statuses = evidence.samples.statuses.get(jobId) ?? [];
    await writeFile(path.join(folder, `${jobId}.json`), JSON.stringify({ rows, statuses }, null, 2));
    await saveHistory(evidence, jobId, path.join(folder, `${jobId}.history.json`)).catch(() => undefined);
  }
}

async function readRows({ house }: Evidence, jobId: string): Promise<object> {
  const read = async (sql: string): Promise<object[]> => (await house.database().query(sql, [jobId])).rows;
  const found: Record<string, object[]> = {
    jobs: await read('select * from jobs where id = $1 or parent_id = $1'),
  };
  for (const table of TABLES) found[table] = await read(`select * from ${table} where job_id = $1`);
  return found;
}

async function saveHistory({ house }: Evidence, jobId: string, file: string): Promise<void> {
  const { address, namespace } = house.temporal();
  const program = findTemporal({
    cliPath: process.env['TEMPORAL_CLI_PATH'],
    searchPath: process.env['PATH'],
  });
  const args = ['workflow', 'show', '--address', address, '--namespace', namespace, '--workflow-id', jobId];
  const { stdout } = await run(program ?? 'temporal', [...args, '--output', 'json'], {
    timeout: 20_000,
    maxBuffer: 64 * 1024 * 1024,
  });
  await writeFile(file, stdout);
}
