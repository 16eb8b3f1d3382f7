import { writeFile } from 'node:fs/promises';

import { acquisitionBench } from './acquisition/bench.js';
import { encodeBench } from './encode/bench.js';
import { readArguments, type Asked } from './harness/arguments.js';
import { Skipped, type Bench, type OpenedBench } from './harness/bench.js';
import { judge } from './harness/figure.js';
import { describeMachine } from './harness/machine.js';
import { tableOf, type Report } from './harness/report.js';
import { jobsBench } from './jobs/bench.js';

const BENCHES: readonly Bench[] = [jobsBench, acquisitionBench, encodeBench];

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

async function run({ bench, parts, jsonFile }: Extract<Asked, { kind: 'run' }>): Promise<void> {
  const opened = await bench.open();
  const report: Report = {
    bench: bench.name,
    machine: { ...describeMachine(), ...opened.machine },
    at: new Date().toISOString(),
    figures: [],
    skipped: [],
  };
  // Also what was measured before a part failed, or somebody had enough: minutes of work.
  const tell = (): void => {
    if (report.figures.length + report.skipped.length > 0) say(`\n${tableOf(report)}`);
  };
  const leave = (): void => {
    tell();
    void opened.close().finally(() => process.exit(130));
  };
  process.once('SIGINT', leave).once('SIGTERM', leave);
  try {
    for (const part of parts) await runPart(opened, part, report);
    if (jsonFile !== null) await writeFile(jsonFile, `${JSON.stringify(report, null, 2)}\n`);
  } finally {
    tell();
    await opened.close();
  }
}

async function runPart(opened: OpenedBench, part: string, report: Report): Promise<void> {
  const begun = performance.now();
  try {
    report.figures.push(...(await opened.measure(part)).map(judge));
  } catch (error) {
    if (!(error instanceof Skipped)) throw error;
    report.skipped.push({ name: part, why: error.message });
  }
  say(`${part}: ${((performance.now() - begun) / 1_000).toFixed(0)} s`);
}

const asked = readArguments(process.argv.slice(2), BENCHES);
if (asked.kind === 'list') {
  say('npm run bench -- NAME [--json FILE] [--only FIGURE,…]\n');
  for (const { name, summary, parts } of BENCHES) say(`${name}: ${summary}\n  figures: ${parts.join(', ')}`);
} else {
  await run(asked);
}
