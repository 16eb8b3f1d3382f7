import { loadSteps } from '../../activities/registry.js';
import { catalogue } from '../../catalogue/index.js';
import { Fault } from '../../domain/faults.js';
import { readObject } from '../commands/read-input.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import { createOutput, type Output } from '../output.js';
import type { ProgramDeps } from '../program-deps.js';
import { stateOf } from '../render/job.js';
import type { Job } from '../answers.js';
import { openCheckpointFile, removeCheckpointFile } from './checkpoint-file.js';
import { Checkpoints } from './checkpoints.js';
import { createDirectDeps } from './direct-deps.js';
import { parseDirect } from './direct-type.js';
import { createDirectView, type DirectView } from './direct-view.js';
import { listenForCancel } from './interruption.js';
import { runDirect } from './run-story.js';

export interface DirectOptions {
  params: string;
  json?: true;
  maxRetries?: number;
  checkpoint?: string;
}

/** Why an option of `job create` has no meaning where there is no service. */
const SENSELESS = {
  priority: 'priority orders what waits for a slot, and nothing waits here',
  key: 'a key keeps a repeat from making a second job, and no job is stored here',
  category: 'nobody else is here to share with',
  vram: 'nobody else is here to share with',
  watch: 'it is always watched',
  url: 'it talks to no Longplay',
} as const;

/** @throws Fault bad_input for options that say nothing with --direct, or only with it. */
export function checkDirectOptions(options: { direct?: true; checkpoint?: string }): void {
  if (options.direct !== true) {
    if (options.checkpoint === undefined) return;
    throw new Fault('bad_input', 'Expected --checkpoint together with --direct, got it alone', {
      remedy: 'Leave it away: Longplay itself keeps the checkpoints of its jobs',
    });
  }
  const given = Object.entries(SENSELESS).filter(([name]) => Object.hasOwn(options, name));
  if (given.length === 0) return;
  const names = given.map(([name]) => `--${name}`).join(', ');
  throw new Fault('bad_input', `Expected --direct alone, got it with ${names}`, {
    remedy: `Leave away ${given.map(([name, why]) => `--${name}: ${why}`).join('; ')}`,
  });
}

/** `job create --direct`: the job's own code in this process, without API, Postgres or Temporal. */
export async function createDirect(deps: ProgramDeps, type: string, options: DirectOptions): Promise<void> {
  const output = createOutput({ ...deps, json: options.json === true });
  const wanted = parseDirect(catalogue, { type, params: await readObject(deps, options.params) });
  const { checkpoint: file, maxRetries } = options;
  const owner = { type: wanted.jobType.type, params: wanted.parsed.params };
  const checkpoints = file === undefined ? new Checkpoints() : await openCheckpointFile(file, owner);
  const view = createDirectView({ output, stdout: deps.stdout, logLevel: deps.env.logLevel });
  const cancel = listenForCancel();
  let ended: Job;
  try {
    const parts = { catalogue, checkpoints, listener: view, ...(await loadCode(deps, view)) };
    ended = await runDirect(parts, { ...wanted, maxRetries }, cancel.signal);
  } finally {
    view.stop();
    cancel.release();
  }
  if (file !== undefined && ended.status === 'completed') await removeCheckpointFile(file);
  output.show(ended, () => endLines(ended));
  tellRest(output, ended, file);
  deps.setExitStatus(statusOf(ended));
}

/** Read only now: no other command needs the stories. */
async function loadCode({ env }: ProgramDeps, view: DirectView) {
  const told = (level: 'info' | 'warn' | 'error') => (fields: object, message: string) => {
    view.log({
      id: 0,
      time: new Date().toISOString(),
      level,
      context: 'longplay',
      message,
      metadata: fields,
    });
  };
  const log = { info: told('info'), warn: told('warn'), error: told('error') };
  const [steps, stories] = await Promise.all([
    loadSteps(createDirectDeps(env, log)),
    import('../../workflows/index.js'),
  ]);
  return { steps, stories };
}

function endLines(job: Job): string[] {
  const result = job.status === 'completed' ? [JSON.stringify(job.result)] : [];
  return [`${job.title} ${stateOf(job)}`, ...result];
}

function tellRest(output: Output, { status }: Job, file: string | undefined): void {
  if (file === undefined || status === 'completed') return;
  output.note(`The same command goes on from ${file}.`);
}

function statusOf({ status }: Job): ExitStatus {
  if (status === 'completed') return EXIT.ok;
  return status === 'cancelled' ? EXIT.interrupted : EXIT.failed;
}
