import { setMaxListeners } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { runAcquisition, sayAcquisition } from './acquisition/run.js';
import { runEncode } from './encode/run.js';
import { sayEncode } from './encode/report.js';
import { readArguments, type Soak, type SoakOptions } from './arguments.js';
import { sayReport } from './report.js';
import { runSoak } from './soak.js';

async function main(options: SoakOptions): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), 'longplay-soak-'));
  const halt = new AbortController();
  // Every request of a soak waits on it.
  setMaxListeners(0, halt.signal);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      halt.abort();
    });
  }
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const { report, said, isWell } = await run({ options, folder, halt: halt.signal, say });
  say(said);
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
  if (report.folder === null) await rm(folder, { recursive: true, force: true });
  return isWell ? 0 : 1;
}

async function run(
  soak: Soak,
): Promise<{ report: { folder: string | null }; said: string; isWell: boolean }> {
  switch (soak.options.soak) {
    case 'kill': {
      const report = await runSoak(soak);
      return { report, said: sayReport(report), isWell: report.violations.length === 0 };
    }
    case 'acquisition': {
      const report = await runAcquisition(soak);
      return { report, said: sayAcquisition(report), isWell: report.wrong.length === 0 };
    }
    case 'encode': {
      const report = await runEncode(soak);
      return { report, said: sayEncode(report), isWell: report.violations.length === 0 };
    }
  }
}

try {
  process.exitCode = await main(readArguments(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`✗ ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 2;
}
// Asks that still wait for an answer must not keep it alive.
process.exit();
