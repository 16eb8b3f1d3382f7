import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { z } from 'zod';

import { ROOTS } from '../../domain/logical-path.js';
import type { Config } from '../../config.js';
import { readOwner } from '../../embedded/owner-file.js';
import { createHttpClient, type HttpClient } from '../http-client.js';
import { untilSignal } from '../lifetime.js';
import type { ServeOptions } from '../serve.js';
import { startLongplay, type RunningLongplay } from '../up.js';
import { createBarsView } from '../watch/bars-view.js';
import { followJobTree } from '../watch/follow-job-tree.js';
import { createPlainLinesView } from '../watch/plain-lines-view.js';
import { createOutput } from '../output.js';
import { DEMO_API_KEY, setStage, type Stage } from './stage.js';
import { summarize } from './summary.js';

export interface DemoOptions extends ServeOptions {
  exit: boolean;
  json?: string;
}

/** The whole way of one real request, on a fresh data folder, everything on loopback. */
export async function runDemo(options: DemoOptions): Promise<void> {
  const { config: given, log, say } = options;
  const config = await freshConfig(given);
  say(`Longplay starts on ${config.dataFolder}`);
  const longplay = await startLongplay({ config, log });
  const undo: (() => Promise<void>)[] = [longplay.stop];
  try {
    const stage = await setStage({
      config,
      run: longplay.parts.media.run,
      folder: path.join(config.dataFolder, 'demo'),
      onStep: (text) => {
        say(`· ${text}`);
      },
    });
    undo.push(stage.close);
    const client = createHttpClient({ baseUrl: longplay.url, token: longplay.token });
    await configure(client, stage);
    await askAndWatch({ options, longplay, stage, client });
    if (!options.exit) await stayUp(options, longplay);
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

/** A data folder of its own, emptied, so that the demo never touches a real library. */
async function freshConfig(given: Config): Promise<Config> {
  const dataFolder = path.join(given.dataFolder, 'demo');
  if ((await readOwner(dataFolder)) === undefined) await rm(dataFolder, { recursive: true, force: true });
  await mkdir(dataFolder, { recursive: true });
  const roots = Object.fromEntries(
    ROOTS.map((root) => [root, path.join(dataFolder, root)]),
  ) as Config['roots'];
  return { ...given, dataFolder, roots, downloadInterface: '127.0.0.1' };
}

const anything = z.unknown();

/** Through the public API, as a person would. */
async function configure(client: HttpClient, stage: Stage): Promise<void> {
  const body = {
    id: 'demo',
    name: 'Demo indexer',
    kind: 'torznab',
    baseUrl: stage.indexer.url,
    secret: DEMO_API_KEY,
  };
  await client.send({ method: 'POST', path: '/api/indexers', body, answer: anything });
  await client.send({ method: 'POST', path: '/api/indexers/demo/test', answer: anything });
}

const asked = z.object({ id: z.string(), job: z.object({ id: z.string() }) });

async function askAndWatch({
  options,
  longplay,
  stage,
  client,
}: {
  options: DemoOptions;
  longplay: RunningLongplay;
  stage: Stage;
  client: HttpClient;
}): Promise<void> {
  const { title, author, runtimeSeconds } = stage.media.book;
  options.say(`· asking for "${title}" by ${author}`);
  const body = { item: { mediaType: 'audiobook', title, author, runtimeSeconds } };
  const { job } = await client.send({ method: 'POST', path: '/api/requests', body, answer: asked });
  const output = createOutput({ stdout: process.stdout, stderr: process.stderr, json: false });
  const view = process.stdout.isTTY ? createBarsView(process.stdout) : createPlainLinesView(output);
  try {
    await followJobTree({ client, id: job.id, view, signal: AbortSignal.timeout(240_000) });
  } finally {
    if ('stop' in view && typeof view.stop === 'function') (view.stop as () => void)();
  }
  const summary = await summarize({ client, jobId: job.id, longplay, stage });
  for (const line of summary.lines) options.say(line);
  if (options.json !== undefined) {
    await writeFile(`${options.json}.new`, `${JSON.stringify(summary.document, undefined, 2)}\n`);
    await rename(`${options.json}.new`, options.json);
  }
  if (summary.document.status !== 'completed')
    throw new Error(`The demo's request ended ${summary.document.status}`);
}

async function stayUp({ say }: DemoOptions, longplay: RunningLongplay): Promise<void> {
  const asked = untilSignal();
  if (longplay.loginLink !== undefined) say(`Log in with this link, once: ${longplay.loginLink}`);
  say('It stays up for you to look around; Ctrl-C ends it.');
  await Promise.race([asked, longplay.done]);
}
