import { appendFile, copyFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { ActivityDeps } from '../../../src/activities/deps.js';
import type { StepContext } from '../../../src/activities/jobs/step.js';
import { steps } from '../../../src/activities/media/validate-steps.js';
import { Fault } from '../../../src/domain/faults.js';
import { nothingDecoded } from '../../../src/domain/media/inspect-decoded.js';
import type { ValidationLevel, ValidationResult } from '../../../src/domain/media/validation.js';
import { findVideo } from '../../../src/store/media/video-list.js';
import { findFindings } from '../../../src/store/media/validation.js';
import { findProcesses } from '../../support/processes.js';
import { cutShort, makeVideo } from '../../support/video-fixtures.js';
import { stepOf } from '../acquisition/fixture.js';
import { openPictureHouse, type PictureHouse } from './picture-house.js';

const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '25', '-c:a', 'aac'];
let house: PictureHouse;
let whole: string;
let short: string;

beforeAll(async () => {
  house = await openPictureHouse();
  const options = [...X264, '-movflags', '+faststart'];
  whole = await makeVideo(house.studio, 'whole.mp4', { seconds: 10, rate: '25', options });
  short = await cutShort(whole, 0.6);
});

afterAll(() => house.close());

interface Asked {
  level?: ValidationLevel;
  step?: Partial<StepContext>;
  media?: Partial<ActivityDeps['media']>;
}

function validate(
  videoId: string,
  { level = 'thorough', step = {}, media = {} }: Asked = {},
): Promise<ValidationResult> {
  const deps = { ...house.deps, media: { ...house.deps.media, ...media } };
  return steps.create(deps).validateVideo({ videoId, level }, stepOf(step));
}

async function hostPath(id: string): Promise<string> {
  const row = await findVideo(house.deps.db, id);
  return path.join(house.deps.roots.folderOf('library'), row?.path ?? '');
}

const verdict = async (id: string): Promise<unknown> => (await findVideo(house.deps.db, id))?.verdict;

/** FFmpeg that reads as slowly as a film plays. */
const atItsPace: ActivityDeps['media']['run'] = (asked) =>
  house.deps.media.run({
    ...asked,
    inputs: asked.inputs.map((input) =>
      'path' in input ? { ...input, options: ['-re', ...(input.options ?? [])] } : input,
    ),
  });

/** The one that reads these; its wrapper is not niced. */
async function killFfmpeg(inputs: readonly object[]): Promise<void> {
  const [input] = inputs;
  if (input === undefined || !('path' in input)) return;
  for (const { pid, nice } of await findProcesses(String(input.path)))
    if (nice === 10) process.kill(pid, 'SIGKILL');
}

describe('what a validation leaves behind', () => {
  it('is one verdict, whose findings a second run replaces and never doubles (A5)', async () => {
    const id = await house.take(short);
    const first = await validate(id, { step: { jobId: 'validate-first' } });
    const second = await validate(id, { step: { jobId: 'validate-second' } });
    // Where an error lies is told by how far FFmpeg was when it said so.
    expect(second.findings.map(({ code }) => code)).toEqual(first.findings.map(({ code }) => code));
    expect(await findFindings(house.deps.db, id)).toEqual(second.findings);
    expect(await findVideo(house.deps.db, id)).toMatchObject({
      ...{ valid: false, verdict: 'invalid', validatedLevel: 'thorough', validatedBy: 'validate-second' },
      invalidReason: second.findings[0]?.message,
    });
    await copyFile(whole, await hostPath(id));
    expect(await validate(id)).toMatchObject({ verdict: 'valid', findings: [] });
    expect(await findFindings(house.deps.db, id)).toEqual([]);
    expect(await findVideo(house.deps.db, id)).toMatchObject({ valid: true, invalidReason: null });
  });

  it('is nothing where the work belongs to another attempt by now', async () => {
    const id = await house.take(whole);
    const fence = (): Promise<void> => Promise.reject(new Fault('superseded', 'another attempt has it'));
    await expect(validate(id, { step: { fence } })).rejects.toMatchObject({ kind: 'superseded' });
    expect(await verdict(id)).toBeNull();
  });
});

describe('a validation that cannot tell', () => {
  it('waits while somebody writes to the file, and calls it nothing', async () => {
    const id = await house.take(whole);
    const file = await hostPath(id);
    const grows: ActivityDeps['media']['run'] = async (asked) => {
      await appendFile(file, 'more');
      return house.deps.media.run(asked);
    };
    await expect(validate(id, { media: { run: grows } })).rejects.toMatchObject({
      ...{ kind: 'environment', waitingReason: 'source_busy' },
    });
    expect(await verdict(id)).toBeNull();
  });

  it('waits while the disk is away, and fails once the file is gone', async () => {
    const id = await house.take(whole);
    const file = await hostPath(id);
    await rename(file, `${file}.away`);
    await expect(validate(id)).rejects.toMatchObject({ kind: 'gone' });
    await rename(`${file}.away`, file);
    const root = house.deps.roots.folderOf('library');
    await rename(root, `${root} away`);
    try {
      const waiting = validate(id);
      await expect(waiting).rejects.toMatchObject({ kind: 'environment', waitingReason: 'mount_gone' });
      await expect(waiting).rejects.toMatchObject({ message: expect.not.stringContaining('/tmp') });
    } finally {
      await rename(`${root} away`, root);
    }
    expect(await verdict(id)).toBeNull();
    await expect(validate('00000000-0000-4000-8000-000000000000')).rejects.toMatchObject({
      kind: 'bad_input',
    });
  });

  it('is tried again where its FFmpeg or its ffprobe is killed, and calls nothing cut short', async () => {
    const id = await house.take(whole);
    const run: ActivityDeps['media']['run'] = (asked) =>
      atItsPace({ ...asked, onProgress: () => void killFfmpeg(asked.inputs) });
    await expect(validate(id, { media: { run } })).rejects.toMatchObject({
      ...{ kind: 'transient', trouble: 'killed' },
    });
    const dies = path.join(house.studio, 'dies');
    await writeFile(dies, '#!/bin/sh\necho "0|0.0|0.0|0.04|48"\nkill -KILL $$\n', { mode: 0o755 });
    const { readPackets } = house.mediaOf({ ffprobePath: dies });
    await expect(validate(id, { level: 'packets', media: { readPackets } })).rejects.toMatchObject({
      kind: 'transient',
    });
    expect(await verdict(id)).toBeNull();
  });

  it('ends at once when it is cancelled in its decode, and leaves no process (A2)', async () => {
    const id = await house.take(whole);
    const cancel = new AbortController();
    const reason = new Error('cancelled by a test');
    const run: ActivityDeps['media']['run'] = (asked) =>
      atItsPace({
        ...asked,
        onProgress: (at) => {
          asked.onProgress?.(at);
          cancel.abort(reason);
        },
      });
    await expect(validate(id, { media: { run }, step: { signal: cancel.signal } })).rejects.toBe(reason);
    expect(await findProcesses(await hostPath(id))).toEqual([]);
    expect(await verdict(id)).toBeNull();
  });

  it('takes no word about the disk for the disk itself', async () => {
    const id = await house.take(whole);
    const run: ActivityDeps['media']['run'] = (asked) => {
      asked.onError?.('[in#0/mov @ 0x1] [error] Error during demuxing: Input/output error', {
        ...{ seconds: 1, frames: 25, bytes: 0, ended: false },
      });
      return house.deps.media.run(asked);
    };
    const result = await validate(id, { media: { run } });
    expect(result).toMatchObject({ verdict: 'invalid', findings: [{ code: 'container_damaged' }] });
  });

  it('calls a file bad that FFmpeg gets stuck in, and tries again where nothing is wrong with it (no. 11)', async () => {
    const id = await house.take(whole);
    const silent = path.join(house.studio, 'silent');
    await writeFile(silent, '#!/bin/sh\nsleep 600\n', { mode: 0o755 });
    const stuck = path.join(house.studio, 'stuck');
    await writeFile(stuck, '#!/bin/sh\necho "[h264 @ 0x1] [error] broken" >&2\nsleep 600\n', { mode: 0o755 });
    const budgets = { startMs: 400, workMs: 400, finaliseMs: 400, finaliseMsPer100MB: 0 };
    const { run } = house.mediaOf({ ffmpegPath: silent, budgets });
    await expect(validate(id, { media: { run } })).rejects.toMatchObject({ kind: 'transient' });
    const media = { run: house.mediaOf({ ffmpegPath: stuck, budgets }).run };
    const { verdict: told, findings } = await validate(id, { media });
    expect(told).toBe('invalid');
    expect(findings.map(({ code }) => code)).toContain('stalls');
  });
});

describe('a validation that was interrupted', () => {
  it('goes on where it was, and reads no packet twice', async () => {
    const id = await house.take(whole);
    const saved: unknown[] = [];
    const saveCheckpoint = (checkpoint: unknown): Promise<void> =>
      Promise.resolve(void saved.push(JSON.parse(JSON.stringify(checkpoint))));
    await validate(id, { level: 'packets', step: { saveCheckpoint } });
    const decoded = { ...nothingDecoded(), seconds: 4, pictures: 100 };
    const checkpoint = { ...(saved[0] as object), decoded };
    const step = stepOf({ checkpoint });
    const result = await validate(id, { step });
    expect(step.lines).toContain('goes on decoding at 4.0 s');
    expect(step.lines.join()).not.toContain('packets');
    expect(result).toMatchObject({ verdict: 'valid', findings: [], read: { pictures: 250 } });
    expect(result.read.decodedSeconds).toBeCloseTo(10, 0);
  });

  it('begins anew where the file is another one', async () => {
    const id = await house.take(whole);
    const saved: unknown[] = [];
    const saveCheckpoint = (checkpoint: unknown): Promise<void> =>
      Promise.resolve(void saved.push(checkpoint));
    await validate(id, { level: 'packets', step: { saveCheckpoint } });
    await copyFile(short, await hostPath(id));
    const result = await validate(id, { level: 'packets', step: { checkpoint: saved[0] } });
    expect(result).toMatchObject({ verdict: 'invalid' });
  });
});
