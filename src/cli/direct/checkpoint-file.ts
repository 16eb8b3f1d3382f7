import { open, readFile, rename, rm } from 'node:fs/promises';

import { z } from 'zod';

import { hashInput } from '../../activities/jobs/step-key.js';
import { errorCode, Fault, normalizeError } from '../../domain/faults.js';
import { parseJson } from '../../domain/parse-json.js';
import { diskFault } from '../../integrations/files/disk-faults.js';
import { Checkpoints, type Kept } from './checkpoints.js';

const checkpointFile = z.object({
  longplayCheckpoint: z.literal(1),
  type: z.string(),
  /** By hash: params may hold what does not belong into a second file. */
  params: z.string(),
  jobs: z.record(z.string(), z.string()),
  steps: z.record(
    z.string(),
    z.object({
      checkpoint: z.unknown().optional(),
      done: z.object({ output: z.unknown().optional() }).optional(),
    }),
  ),
});

/** The job that a file of checkpoints belongs to. */
interface Owner {
  type: string;
  params: unknown;
}

/**
 * Goes on from the file, where there is one; one run uses it at a time.
 * @throws Fault bad_input for a file that is none of ours, or of another type or other params, or cannot be written.
 */
export async function openCheckpointFile(file: string, owner: Owner): Promise<Checkpoints> {
  const head = { longplayCheckpoint: 1, type: owner.type, params: hashInput(owner.params) };
  const kept = (await readKept(file, head)) ?? { jobs: {}, steps: {} };
  const write = (all: Kept): Promise<void> => replaceFile(file, JSON.stringify({ ...head, ...all }));
  // Before the job begins, so that a wrong place costs no work.
  await write(kept).catch((error: unknown) => {
    throw refusal(
      `a place for checkpoints that can be written, got: ${normalizeError(error).message}`,
      error,
    );
  });
  return new Checkpoints({ kept, write });
}

/** Its job is completed: the next run of the same command begins anew. */
export async function removeCheckpointFile(file: string): Promise<void> {
  await rm(file, { force: true });
}

async function readKept(file: string, head: { type: string; params: string }): Promise<Kept | undefined> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw refusal(`a file of checkpoints that can be read, got: ${normalizeError(error).message}`, error);
  });
  if (text === undefined) return undefined;
  const parsed = checkpointFile.safeParse(parseJson(text));
  if (!parsed.success) throw refusal(`a file that --checkpoint wrote, got another: ${file}`, parsed.error);
  const { type, params, jobs, steps } = parsed.data;
  if (type === head.type && params === head.params) return { jobs, steps } as Kept;
  throw refusal(
    `checkpoints of ${head.type} with these params, got those of ${describe(head, type)}: ${file}`,
  );
}

function describe(head: { type: string }, type: string): string {
  return type === head.type ? 'other params' : `a ${type}`;
}

function refusal(expected: string, cause?: unknown): Fault {
  return new Fault('bad_input', `Expected ${expected}`, {
    remedy: 'Give --checkpoint a file of its own for each job, or remove that one to begin anew',
    cause,
  });
}

/**
 * By rename, after a sync: whenever the process or the machine dies, the file is whole, old or new.
 * @throws Fault environment for a full disk and the like, so that the step waits and goes on.
 */
async function replaceFile(file: string, text: string): Promise<void> {
  const fresh = `${file}.${process.pid}.new`;
  try {
    const handle = await open(fresh, 'w', 0o600);
    try {
      await handle.writeFile(text);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(fresh, file);
  } catch (error) {
    await rm(fresh, { force: true });
    throw diskFault(error);
  }
}
