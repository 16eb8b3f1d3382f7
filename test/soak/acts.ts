import { execFile } from 'node:child_process';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import type { Act } from './arguments.js';
import type { House } from './house/house.js';
import type { Call } from './load/api-client.js';

const run = promisify(execFile);

const MINUTE_MS = 60_000;
const RECOVER_MS = 60_000;
const JOBS_WHILE_AWAY = 50;

export interface Stage {
  house: House;
  call: Call;
  /** Acts take a minute at most, for a quick look. */
  short: boolean;
  halt: AbortSignal;
  /** What was looked at before is not to be compared with what comes. */
  restored: (copy: Copy) => void;
}

/** An older copy of the database: what happened in between it never heard of. */
export interface Copy {
  takenMs: number;
  restoredMs: number;
}

/** Plays one special act while load goes on; returns what it did, or why it could not. */
export async function playAct(act: Act, stage: Stage): Promise<string> {
  if (stage.house.servers === undefined) {
    return `${act}: skipped, in this shape nobody but Longplay has its servers in hand`;
  }
  switch (act) {
    case 'temporal-file':
      return loseTemporalFile(stage, stage.house.servers);
    case 'postgres-copy':
      return restoreCopy(stage, stage.house.servers);
    case 'postgres-away':
      return takePostgresAway(stage, stage.house.servers);
  }
}

type Servers = NonNullable<House['servers']>;

async function loseTemporalFile({ house }: Stage, servers: Servers): Promise<string> {
  const longplay = (...args: string[]) =>
    run(process.execPath, ['dist/main.js', ...args], {
      env: {
        ...process.env,
        ...house.environment,
        LONGPLAY_URL: house.apis()[0],
        LONGPLAY_TOKEN: house.token,
      },
      timeout: RECOVER_MS,
    });
  const { stdout: help } = await longplay('--help');
  if (!/^ +recover\b/m.test(help)) return 'temporal-file: skipped, this version has no "longplay recover"';
  await servers.stop('temporal');
  const folder = path.join(servers.dataFolder, 'temporal');
  const files = (await readdir(folder)).filter((name) => name.startsWith('temporal.db'));
  for (const name of files) await rm(path.join(folder, name));
  await servers.start('temporal');
  const { stdout } = await longplay('recover');
  return `temporal-file: deleted ${files.join(', ')}; recover said: ${stdout.trim().slice(0, 500)}`;
}

async function restoreCopy(stage: Stage, servers: Servers): Promise<string> {
  const { rows } = await stage.house
    .database()
    .query<{ folder: string }>(`select current_setting('data_directory') as folder`);
  const folder = rows[0]?.folder ?? '';
  const copy = `${folder}.copy`;
  await servers.stop('postgres');
  const takenMs = Date.now();
  await run('cp', ['-a', folder, copy]);
  await servers.start('postgres');
  const ms = stage.short ? MINUTE_MS / 2 : 5 * MINUTE_MS;
  await sleep(ms, undefined, { signal: stage.halt }).catch(() => undefined);
  await servers.stop('postgres');
  await rm(folder, { recursive: true, force: true });
  await run('mv', [copy, folder]);
  stage.restored({ takenMs, restoredMs: Date.now() });
  await servers.start('postgres');
  return `postgres-copy: restored a copy ${ms / 1_000} s old`;
}

async function takePostgresAway({ call, short, halt }: Stage, servers: Servers): Promise<string> {
  let taken = 0;
  for (let number = 1; number <= JOBS_WHILE_AWAY; number += 1) {
    const params = { count: 20, everyMs: 250, label: `while Postgres is away, no. ${number}` };
    const { status } = await call('POST', '/api/jobs', { body: { type: 'demo_steps', params } });
    if (status === 201 || status === 202) taken += 1;
  }
  const ms = short ? MINUTE_MS : 10 * MINUTE_MS;
  await servers.stop('postgres');
  await sleep(ms, undefined, { signal: halt }).catch(() => undefined);
  await servers.start('postgres');
  return `postgres-away: ${ms / 1_000} s under ${taken} jobs`;
}
