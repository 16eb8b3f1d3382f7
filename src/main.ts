#!/usr/bin/env node
import { runDemo } from './cli/demo/demo.js';
import { runProgram } from './cli/run-program.js';
import { serveApi, serveEverything, serveWorker } from './cli/serve.js';
import { VERSION } from './cli/up.js';
import { loadConfig } from './config.js';
import { Fault } from './domain/faults.js';
import { createLog } from './log.js';

function readConfig(): ReturnType<typeof loadConfig> {
  try {
    return loadConfig();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    process.stderr.write(`${error.message}\n${error.remedy ?? ''}\n`);
    process.exit(2);
  }
}

const config = readConfig();
const log = createLog({ level: config.logLevel });
const serving = {
  config,
  log,
  say: (line: string) => {
    process.stdout.write(`${line}\n`);
  },
};

const status = await runProgram(
  {
    up: () => serveEverything(serving),
    demo: (options) => runDemo({ ...serving, ...options }),
    api: () => serveApi(serving),
    worker: (options) => serveWorker({ ...serving, ...options }),
    env: config,
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: process.stdin,
    version: VERSION,
  },
  process.argv.slice(2),
);
process.exit(status);
