import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where the embedded servers of a data folder listen, read from how they were started. */
export async function serversOf(
  dataFolder: string,
): Promise<{ databaseUrl: string; temporalAddress: string }> {
  const [postgres, temporal, password] = await Promise.all([
    portOf(dataFolder, 'postgres', / port=(\d+)/),
    portOf(dataFolder, 'temporal', / --port (\d+)/),
    readFile(path.join(dataFolder, 'secrets', 'postgres'), 'utf8'),
  ]);
  return {
    databaseUrl: `postgres://longplay:${encodeURIComponent(password.trim())}@127.0.0.1:${postgres}/longplay`,
    temporalAddress: `127.0.0.1:${temporal}`,
  };
}

async function portOf(dataFolder: string, service: string, form: RegExp): Promise<string> {
  const { pid } = JSON.parse(await readFile(path.join(dataFolder, 'run', `${service}.json`), 'utf8')) as {
    pid: number;
  };
  const { stdout } = await run('ps', ['-ww', '-o', 'args=', '-p', String(pid)]);
  const port = form.exec(stdout)?.[1];
  if (port === undefined) throw new Error(`Expected the port of ${service} among its arguments: ${stdout}`);
  return port;
}
