import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { readArguments, type SoakOptions } from './arguments.js';
import { sayReport } from './report.js';
import { runSoak } from './soak.js';

async function main(options: SoakOptions): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), 'longplay-soak-'));
  const halt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      halt.abort();
    });
  }
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const report = await runSoak({ options, folder, halt: halt.signal, say });
  say(sayReport(report));
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
  if (report.folder === null) await rm(folder, { recursive: true, force: true });
  return report.violations.length === 0 ? 0 : 1;
}

try {
  process.exitCode = await main(readArguments(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`✗ ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 2;
}
// Asks that still wait for an answer must not keep it alive.
process.exit();
