import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { z } from 'zod';

import type { Stage } from '../../src/cli/demo/stage.js';
import { ROOT_MARKER } from '../../src/domain/logical-path.js';
import { eventually } from './eventually.js';
import { createTestDatabase, type TestDatabase } from './servers.js';
import { startService, type ServiceProcess } from './service.js';
import { addIndexer, startStage, wishForBook } from './stage.js';

const shownRequest = z.object({
  id: z.string(),
  jobId: z.string(),
  state: z.string(),
  stateDetail: z.string().nullable(),
  createdBy: z.string(),
  job: z.object({
    id: z.string(),
    status: z.string(),
    sentence: z.string(),
    waitingReason: z.string().nullable(),
    openCleanups: z.number(),
    progress: z.number(),
    children: z.array(z.object({ id: z.string(), type: z.string(), status: z.string() })),
  }),
  requesters: z.array(z.object({ name: z.string() })),
  timeline: z.array(z.object({ state: z.string(), actor: z.string(), detail: z.string().nullable() })),
  searches: z.array(z.object({ id: z.string(), candidates: z.array(z.object({ title: z.string() })) })),
  downloads: z.array(
    z.object({
      releaseTitle: z.string(),
      infoHash: z.string().nullable(),
      completedBytes: z.number(),
      removedAt: z.string().nullable(),
      state: z.string(),
    }),
  ),
  importedFiles: z.array(z.object({ path: z.string() })),
  importConfidence: z.object({ percent: z.number(), why: z.string() }).nullable(),
});
export type ShownRequest = z.output<typeof shownRequest>;

/** The whole service as a process, with one indexer whose book a seeder has, and a database to look into. */
export interface RequestHouse {
  stage: Stage;
  service: ServiceProcess;
  database: TestDatabase;
  /** The service's data folder. */
  data: string;
  send: (method: 'POST' | 'PUT', to: string, body?: unknown) => Promise<unknown>;
  /** For the stage's book, with other facts of the item where told; the job's id. */
  ask: (item?: object, wish?: object) => Promise<string>;
  view: (id: string) => Promise<ShownRequest>;
  /** Waits until the request is as wished; the error tells the last one. */
  until: (id: string, met: (request: ShownRequest) => boolean, withinMs?: number) => Promise<ShownRequest>;
  /** Of all files below a root of the service. */
  filesOf: (root: 'downloads' | 'library') => Promise<string[]>;
  /** `kill -9`, and another on the same data. */
  restart: () => Promise<void>;
  stop: () => Promise<void>;
}

export async function startRequestHouse(bytesPerSecond = 0): Promise<RequestHouse> {
  const folder = await mkdtemp(path.join(tmpdir(), 'longplay-requests-'));
  const data = path.join(folder, 'data');
  const stage = await startStage(folder, bytesPerSecond);
  const database = await createTestDatabase();
  const start = (): Promise<ServiceProcess> =>
    startService(data, { command: ['up'], environment: { DATABASE_URL: database.url } });
  let service = await start();
  await addIndexer(service.client, stage);

  const send = (method: 'POST' | 'PUT', to: string, body: unknown = {}): Promise<unknown> =>
    service.client.send({ method, path: to, body, answer: z.unknown() });
  const view = (id: string): Promise<ShownRequest> =>
    service.client.send({ path: `/api/requests/${id}`, answer: shownRequest });

  return {
    stage,
    get service() {
      return service;
    },
    database,
    data,
    send,
    ask: async (own = {}, wish = {}) => {
      const { item } = z.object({ item: z.object({}).loose() }).parse(wishForBook(stage));
      const answer = z.object({ jobId: z.string() });
      return answer.parse(await send('POST', '/api/requests', { item: { ...item, ...own }, ...wish })).jobId;
    },
    view,
    until: async (id, met, withinMs = 60_000) => {
      let last: ShownRequest | undefined;
      await eventually(async () => met((last = await view(id))), { withinMs, everyMs: 100 }).catch(
        (error: unknown) => {
          throw new Error(`The request was not as wished; last: ${JSON.stringify(last)}`, { cause: error });
        },
      );
      return last ?? view(id);
    },
    filesOf: async (root) => {
      const entries = await readdir(path.join(data, root), { recursive: true, withFileTypes: true });
      return entries.filter((entry) => entry.isFile() && entry.name !== ROOT_MARKER).map(({ name }) => name);
    },
    restart: async () => {
      await service.kill();
      service = await start();
    },
    stop: async () => {
      await service.stop();
      await database.drop();
      await stage.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
