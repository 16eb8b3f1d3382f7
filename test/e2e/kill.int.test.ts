import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import type { HttpClient } from '../../src/cli/http-client.js';
import type { Stage } from '../../src/cli/demo/stage.js';
import { ROOT_MARKER } from '../../src/domain/logical-path.js';
import { eventually } from '../support/eventually.js';
import { findProcesses } from '../support/processes.js';
import { addIndexer, startStage, wishForBook } from '../support/stage.js';
import { startService, type ServiceProcess } from '../support/service.js';

/** LONGPLAY_TEST_SEED=n repeats a run; each victim gets its stage from it. */
const SEED = Number(process.env['LONGPLAY_TEST_SEED'] ?? '7');
const STAGES = ['searching', 'downloading', 'processing'] as const;
const VICTIMS = ['longplay', 'postgres', 'temporal', 'aria2c'] as const;
type Victim = (typeof VICTIMS)[number];

let folder: string;
let stage: Stage;
let service: ServiceProcess | undefined;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longplay-kill-'));
  stage = await startStage(folder, 0);
}, 120_000);

afterEach(async () => {
  await service?.stop();
  service = undefined;
});

afterAll(async () => {
  await stage.close();
  await rm(folder, { recursive: true, force: true });
});

/** A stage from the seed and the victim's name: the same for the same seed, unlike between victims. */
function stageFor(victim: Victim): (typeof STAGES)[number] {
  const byte = createHash('sha256').update(`${SEED} ${victim}`).digest()[0] ?? 0;
  return STAGES[byte % STAGES.length] ?? 'downloading';
}

const request = z.object({
  state: z.string().nullable(),
  job: z.object({ id: z.string(), status: z.string(), sentence: z.string() }),
  importedFiles: z.array(z.object({ path: z.string() })),
});

async function ask(client: HttpClient): Promise<string> {
  await addIndexer(client, stage);
  const body = wishForBook(stage);
  const asked = z.object({ job: z.object({ id: z.string() }) });
  return (await client.send({ method: 'POST', path: '/api/requests', body, answer: asked })).job.id;
}

/** The API may be away for a moment: that is no answer, not a wrong one. */
async function look(
  { client }: ServiceProcess,
  jobId: string,
): Promise<z.output<typeof request> | undefined> {
  return client.send({ path: `/api/requests/${jobId}`, answer: request }).catch(() => undefined);
}

async function killOne(victim: Victim, dataFolder: string): Promise<void> {
  if (victim === 'longplay') {
    await service?.kill();
    return;
  }
  const found = (await findProcesses(dataFolder)).find(({ name }) => name === victim);
  if (found === undefined) throw new Error(`No ${victim} runs on ${dataFolder}`);
  process.kill(found.pid, 'SIGKILL');
}

async function namesBelow(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)
    .sort();
}

describe('a request whose process is killed in the middle', () => {
  it.each(VICTIMS)(
    'ends with one whole item after %s is killed',
    async (victim) => {
      const dataFolder = path.join(folder, `data-${victim}`);
      service = await startService(dataFolder);
      const jobId = await ask(service.client);
      const at = stageFor(victim);
      const running = service;
      await eventually(async () => (await look(running, jobId))?.state === at, { withinMs: 60_000 });
      await killOne(victim, dataFolder);
      if (victim === 'longplay') service = await startService(dataFolder);
      const after = service;
      let last: z.output<typeof request> | undefined;
      await eventually(
        async () => {
          last = (await look(after, jobId)) ?? last;
          return last?.job.status === 'completed' || last?.job.status === 'failed';
        },
        { withinMs: 120_000, everyMs: 200 },
      ).catch((error: unknown) => {
        throw new Error(`It did not end (killed while ${at}); last: ${JSON.stringify(last)}`, {
          cause: error,
        });
      });
      expect(last?.job).toMatchObject({ status: 'completed' });

      const library = path.join(dataFolder, 'library');
      expect(await namesBelow(library)).toEqual([
        ROOT_MARKER,
        'The Time Machine.m4b',
        'cover.jpg',
        'metadata.json',
        'metadata.opf',
      ]);
      const filed = await readFile(
        path.join(library, 'H. G. Wells', 'The Time Machine', 'The Time Machine.m4b'),
      );
      const original = await readFile(stage.media.book.file);
      expect(createHash('sha256').update(filed).digest('hex')).toBe(
        createHash('sha256').update(original).digest('hex'),
      );
      const items = z.object({ items: z.array(z.object({ title: z.string() })) });
      const { items: found } = await after.client.send({ path: '/api/library/items', answer: items });
      expect(found).toHaveLength(1);

      await after.stop();
      service = undefined;
      await eventually(async () => (await findProcesses(dataFolder)).length === 0, { withinMs: 15_000 });
      expect(await namesBelow(path.join(dataFolder, 'downloads'))).toEqual([ROOT_MARKER]);
    },
    240_000,
  );
});
