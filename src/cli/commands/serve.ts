import { Argument, Option, type Command } from 'commander';

import { Fault } from '../../domain/faults.js';
import {
  GPU_QUEUES,
  WORKER_ROLES,
  type GpuQueue,
  type ProgramDeps,
  type WorkerRole,
} from '../program-deps.js';

/** The commands that serve; what they do is handed in. */
export function addServeCommands(program: Command, deps: ProgramDeps): void {
  program
    .command('up')
    .description('Starts everything on this machine: database, Temporal, workers, API and page.')
    .addHelpText('after', UP_HELP)
    .action(() => deps.up({}));

  program
    .command('demo')
    .description('Starts everything and takes one real request from search to library.')
    .option('--exit', 'end when the request has ended, with its outcome as exit status', false)
    .option('--json <file>', 'write what happened, step by step, to this file')
    .addHelpText('after', DEMO_HELP)
    .action((options: { exit: boolean; json?: string }) => deps.demo(options));

  program
    .command('api')
    .description('Serves the API and the page only, on DATABASE_URL and TEMPORAL_ADDRESS.')
    .action(() => deps.api({}));

  program
    .command('worker')
    .description('Runs the workers of one role only, on DATABASE_URL and TEMPORAL_ADDRESS.')
    .addArgument(new Argument('<role>', 'what it serves').choices(WORKER_ROLES))
    .addOption(new Option('--queue <queue>', 'of the role gpu: serve only this one').choices(GPU_QUEUES))
    .addHelpText('after', WORKER_HELP)
    .action((role: WorkerRole, options: { queue?: GpuQueue }) => {
      if (options.queue === undefined || role === 'gpu') return deps.worker({ role, ...options });
      throw new Fault('bad_input', `Expected --queue with the role gpu only, got it with ${role}`);
    });
}

const UP_HELP = `
The page and the API are on http://127.0.0.1:4100 (LONGPLAY_HOST, LONGPLAY_PORT), the data in ./data
(LONGPLAY_DATA). The first start prints a link that logs your browser in. Ctrl-C stops everything in order.`;

const DEMO_HELP = `
Examples:
  longplay demo                       leaves everything running for you to look at
  longplay demo --exit --json run.json`;

const WORKER_HELP = `
Roles:
  core  stories, searches, downloads, libraries, upkeep
  cpu   scanning, checking and filing of files
  gpu   encodes and models; one process owns a card (LONGPLAY_GPU_DEVICE, LONGPLAY_VRAM_MB)

Examples:
  DATABASE_URL=postgres://… TEMPORAL_ADDRESS=temporal:7233 longplay worker core
  DATABASE_URL=postgres://… TEMPORAL_ADDRESS=temporal:7233 longplay worker gpu --queue gpu-encode`;
