import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

import type { NntpServer } from './nntp-server.js';
import {
  advance,
  bytesOf,
  dropFiles,
  isInQueue,
  isOver,
  segmentsOf,
  type JobFailure,
  type JobFolders,
  type NewsStore,
  type SabnzbdJob,
} from './sabnzbd-jobs.js';

/** How a wrong key is answered: by age of the version. */
export type RefusalStyle = 'json' | 'text' | 'status';

/**
 * A contract server: SABnzbd's published API with its faults, and bytes that really move into a folder. A job goes one
 * step on with each look at the queue or the history.
 */
export interface SabnzbdContractServer {
  port: number;
  /** Of each call, without the uploaded file. */
  calls: { url: string; fields: Record<string, string> }[];
  jobs: SabnzbdJob[];
  /** Articles as NntpServer's, behind a news server of its own. */
  news: Pick<NntpServer, 'put' | 'setFault' | 'holdAfter' | 'release'>;
  setRefusalStyle: (style: RefusalStyle) => void;
  /** Of the section misc, `language` among them. */
  settings: Record<string, string>;
  /** The queue as a whole; `freeGigabytes` for both folders. */
  queue: { paused: boolean; freeGigabytes: number };
  /** What post-processing of the next added job ends with. */
  failNext: (failure: JobFailure | undefined) => void;
  stopListening: () => Promise<void>;
  listen: () => Promise<void>;
}

interface State extends Omit<
  SabnzbdContractServer,
  'port' | 'setRefusalStyle' | 'failNext' | 'stopListening' | 'listen'
> {
  apiKey: string;
  folders: JobFolders;
  store: NewsStore;
  isHeld: boolean;
  style: RefusalStyle;
  nextFailure: JobFailure | undefined;
  nextId: number;
}

export async function startSabnzbdContractServer(options: {
  folder: string;
  apiKey: string;
}): Promise<SabnzbdContractServer> {
  const state = createState(options);
  let port = 0;
  let server: Server | undefined;
  const listen = async (): Promise<void> => {
    const next = createServer((request, response) => {
      void answer(state, request, response);
    });
    await new Promise<void>((resolve) => next.listen(port, '127.0.0.1', resolve));
    ({ port } = next.address() as AddressInfo);
    server = next;
  };
  await listen();
  return {
    ...state,
    port,
    setRefusalStyle: (style) => {
      state.style = style;
    },
    failNext: (failure) => {
      state.nextFailure = failure;
    },
    stopListening: () =>
      new Promise((resolve) => {
        server?.close(() => {
          resolve();
        });
        server?.closeAllConnections();
      }),
    listen,
  };
}

function createState({ folder, apiKey }: { folder: string; apiKey: string }): State {
  const store: NewsStore = { articles: new Map(), missing: new Set() };
  const complete = path.join(folder, 'complete');
  const state: State = {
    apiKey,
    folders: { incomplete: path.join(folder, 'incomplete'), complete },
    store,
    calls: [],
    jobs: [],
    settings: {
      language: 'en',
      complete_dir: complete,
      download_free: '1G',
      complete_free: '',
      no_dupes: '0',
      history_retention: '0',
    },
    queue: { paused: false, freeGigabytes: 100 },
    isHeld: false,
    style: 'json',
    nextFailure: undefined,
    nextId: 1,
    news: {
      put: (id, part) => store.articles.set(id, part),
      setFault: (id, fault) => (fault === undefined ? store.missing.delete(id) : store.missing.add(id)),
      holdAfter: () => {
        state.isHeld = true;
      },
      release: () => {
        state.isHeld = false;
      },
    },
  };
  return state;
}

interface Call {
  fields: Record<string, string>;
  file: { name: string; text: string } | undefined;
}

async function answer(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const call = await readCall(request, url);
  state.calls.push({ url: request.url ?? '', fields: call.fields });
  if (url.pathname !== '/sabnzbd/api') {
    response.writeHead(404, { 'content-type': 'text/html' }).end('<html>Not found</html>');
  } else if (call.fields['apikey'] !== state.apiKey) {
    refuse(state, response);
  } else {
    const body = JSON.stringify(dispatch(state, call));
    response.writeHead(200, { 'content-type': 'application/json;charset=UTF-8' }).end(body);
  }
}

/** With HTTP 200, as plain text or as JSON; newer versions answer 403. */
function refuse({ style }: State, response: ServerResponse): void {
  const said =
    style === 'json' ? '{"status": false, "error": "API Key Incorrect"}' : 'error: API Key Incorrect\n';
  response.writeHead(style === 'status' ? 403 : 200, { 'content-type': 'text/plain' }).end(said);
}

async function readCall(request: IncomingMessage, url: URL): Promise<Call> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString('utf8');
  const boundary = /^multipart\/form-data;.*boundary=(.+)$/.exec(request.headers['content-type'] ?? '')?.[1];
  const { fields, file } =
    boundary === undefined
      ? { fields: Object.fromEntries(new URLSearchParams(body)), file: undefined }
      : readMultipart(body, boundary);
  return { fields: { ...Object.fromEntries(url.searchParams), ...fields }, file };
}

/** RFC 7578, as much as a client's form needs. */
function readMultipart(body: string, boundary: string): Call {
  const call: Call = { fields: {}, file: undefined };
  for (const part of body.split(`--${boundary}`).slice(1, -1)) {
    const [head = '', ...rest] = part.split('\r\n\r\n');
    const text = rest.join('\r\n\r\n').replace(/\r\n$/, '');
    const name = /\bname="([^"]*)"/.exec(head)?.[1] ?? '';
    const fileName = /filename="([^"]*)"/.exec(head)?.[1];
    if (fileName === undefined) call.fields[name] = text;
    else call.file = { name: fileName, text };
  }
  return call;
}

function dispatch(state: State, call: Call): unknown {
  const { mode = '', name, value = '' } = call.fields;
  switch (mode) {
    case 'version':
      return { version: VERSION };
    case 'addfile':
      return addFile(state, call);
    case 'queue':
      return name === undefined ? showQueue(state, call.fields) : changeQueue(state, call.fields);
    case 'history':
      return name === 'delete' ? deletePast(state, call.fields) : showHistory(state, call.fields);
    case 'retry':
      return retry(state, value);
    case 'resume':
      state.queue.paused = false;
      return { status: true };
    case 'get_config':
      return { config: { misc: state.settings } };
    default:
      return { status: false, error: 'not implemented' };
  }
}

const VERSION = '4.3.2';
const MIB = 1_048_576;

/** Not idempotent: the same file again is another job. A `/` or braces in the name are read as a password. */
function addFile(state: State, { fields, file }: Call): unknown {
  if (file === undefined || segmentsOf(file.text) === undefined) return { status: false, nzo_ids: [] };
  const [name = ''] = (fields['nzbname'] ?? file.name).split(/ \/ |\{\{|\//);
  const job: SabnzbdJob = {
    id: `SABnzbd_nzo_${(state.nextId += 1)}`,
    name,
    category: fields['cat'] ?? '*',
    nzb: file.text,
    stage: 'Queued',
    isPaused: false,
    isArchived: false,
    failure: state.nextFailure,
    labels: [],
    storage: '',
    completed: 0,
  };
  state.nextFailure = undefined;
  state.jobs.push(job);
  return { status: true, nzo_ids: [job.id] };
}

function goOn(state: State): void {
  const isFull = state.queue.freeGigabytes < Number.parseFloat(state.settings['download_free'] ?? '0');
  if (isFull) state.queue.paused = true;
  for (const job of state.jobs) {
    const waits = isInQueue(job) && (job.isPaused || state.queue.paused);
    // Held back, the bytes stop half way.
    if (!waits && !(state.isHeld && job.stage === 'Half')) advance(job, state.folders, state.store);
  }
}

function pageOf(jobs: SabnzbdJob[], fields: Record<string, string>, defaultLimit: number): SabnzbdJob[] {
  const start = Number(fields['start'] ?? 0);
  const limit = Number(fields['limit'] ?? 0) || defaultLimit;
  return jobs.slice(start, start + limit);
}

function isWanted(job: SabnzbdJob, { search, nzo_ids: ids }: Record<string, string>): boolean {
  const isNamed = search === undefined || job.name.toLowerCase().includes(search.toLowerCase());
  return isNamed && (ids === undefined || ids.split(',').includes(job.id));
}

function showQueue(state: State, fields: Record<string, string>): unknown {
  goOn(state);
  const jobs = state.jobs.filter((job) => isInQueue(job) && isWanted(job, fields));
  return {
    queue: {
      version: VERSION,
      paused: state.queue.paused,
      kbpersec: '1024.00',
      diskspace1: state.queue.freeGigabytes.toFixed(2),
      diskspace2: state.queue.freeGigabytes.toFixed(2),
      noofslots: jobs.length,
      slots: pageOf(jobs, fields, jobs.length).map((job, index) => queueSlot(state, job, index)),
    },
  };
}

/** All that is not paused is Downloading, also what has all its bytes and what waits. */
function queueSlot(state: State, job: SabnzbdJob, index: number): unknown {
  const bytes = bytesOf(job, state.store);
  const left = { Queued: bytes, Half: bytes / 2 }[job.stage as string] ?? 0;
  return {
    index,
    nzo_id: job.id,
    filename: job.name,
    status: job.isPaused ? 'Paused' : job.stage === 'Queued' ? 'Queued' : 'Downloading',
    mb: (bytes / MIB).toFixed(2),
    mbleft: (left / MIB).toFixed(2),
    percentage: String(bytes === 0 ? 0 : Math.floor((1 - left / bytes) * 100)),
    cat: job.category,
    priority: 'Normal',
    labels: job.labels,
  };
}

/** Its own default is short: who looks for an older item in it does not find it. */
const HISTORY_LIMIT = 10;

function showHistory(state: State, fields: Record<string, string>): unknown {
  goOn(state);
  const wanted = (job: SabnzbdJob): boolean =>
    !isInQueue(job) && job.isArchived === (fields['archive'] === '1') && isWanted(job, fields);
  const jobs = state.jobs.filter(wanted).sort((one, other) => other.completed - one.completed);
  return {
    history: {
      noofslots: jobs.length,
      slots: pageOf(jobs, fields, HISTORY_LIMIT).map((job) => historySlot(state, job)),
    },
  };
}

function historySlot(state: State, job: SabnzbdJob): unknown {
  return {
    nzo_id: job.id,
    name: job.name,
    status: job.stage,
    storage: job.storage,
    category: job.category,
    bytes: bytesOf(job, state.store),
    fail_message: job.stage === 'Failed' ? failMessage(state, job.failure ?? 'incomplete') : '',
    completed: Math.floor(job.completed / 1_000),
  };
}

/** In its language, some with a suffix. */
const MESSAGES: Record<JobFailure, { en: string; de: string }> = {
  incomplete: {
    en: 'Aborted, cannot be completed - https://sabnzbd.org/not-complete',
    de: 'Abgebrochen, kann nicht fertiggestellt werden - https://sabnzbd.org/not-complete',
  },
  repair: {
    en: 'Repair failed, not enough repair blocks (12 short)',
    de: 'Reparatur fehlgeschlagen, nicht genug Reparaturblöcke (12 zu wenig)',
  },
  password: {
    en: 'Unpacking failed, archive requires a password',
    de: 'Entpacken fehlgeschlagen. Archiv benötigt ein Passwort.',
  },
  disk: {
    en: 'Unpacking failed, write error or disk is full?',
    de: 'Entpacken fehlgeschlagen. Schreibfehler oder Festplatte voll?',
  },
  script: { en: 'Exit(1) of script notify.sh', de: 'Exit(1) von Skript notify.sh' },
};

function failMessage(state: State, failure: JobFailure): string {
  return MESSAGES[failure][state.settings['language'] === 'de' ? 'de' : 'en'];
}

function changeQueue(state: State, { name, value = '' }: Record<string, string>): unknown {
  const ids = value.split(',');
  const jobs = state.jobs.filter((job) => ids.includes(job.id) && isInQueue(job));
  for (const job of jobs) {
    if (name === 'pause' || name === 'resume') job.isPaused = name === 'pause';
    if (name === 'delete') forget(state, job);
  }
  return { status: jobs.length > 0, nzo_ids: jobs.map(({ id }) => id) };
}

/** What is over is only archived, unless it is told not to; what is post-processed goes for good. */
function deletePast(state: State, { value = '', archive }: Record<string, string>): unknown {
  const ids = value.split(',');
  for (const job of state.jobs.filter(({ id }) => ids.includes(id))) {
    if (isOver(job) && archive !== '0') job.isArchived = true;
    else forget(state, job);
  }
  return { status: true };
}

function forget(state: State, job: SabnzbdJob): void {
  if (!isOver(job)) dropFiles(job, state.folders);
  state.jobs.splice(state.jobs.indexOf(job), 1);
}

/** Under the same name and another number. */
function retry(state: State, id: string): unknown {
  const job = state.jobs.find((candidate) => candidate.id === id && candidate.stage === 'Failed');
  if (job === undefined) return { status: false, error: 'item does not exist' };
  job.id = `SABnzbd_nzo_${(state.nextId += 1)}`;
  job.stage = 'Queued';
  job.failure = undefined;
  return { status: true, nzo_id: job.id };
}
