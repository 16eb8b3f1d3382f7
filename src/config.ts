import path from 'node:path';

import { z } from 'zod';

import { Fault } from './domain/faults.js';
import { ROOTS, type Root } from './domain/logical-path.js';

/** Digits only: Number() would also take " ", "0x10" and "1e3". */
const wholeNumber = (least: number, most: number) => {
  const error = `expected a whole number from ${least} to ${most}`;
  return z
    .string()
    .trim()
    .regex(/^\d+$/, error)
    .transform(Number)
    .pipe(z.number().min(least, error).max(most, error));
};

const port = wholeNumber(0, 65_535);
const slots = wholeNumber(1, 1_000);
const optional = z.string().trim().min(1).optional();
const webAddress = z
  .string()
  .trim()
  .regex(/^https?:\/\/[^\s/]+/, 'expected an address that begins with http:// or https://')
  .optional();

/** `start=120,work=300`: seconds, each at most once. */
const stallSeconds = z
  .string()
  .trim()
  .regex(
    /^(?!.*\b(\w+)=.*\b\1=)(?:(?:start|work|finalise)=[1-9]\d{0,4}(?:,(?=.)|$))+$/,
    'expected start=SECONDS, work=SECONDS or finalise=SECONDS, each at most once, separated by commas',
  )
  .optional();

/** Their values are told to nobody, wrong ones neither. */
const SECRETS = new Set([
  'LONGPLAY_SECRET_KEY',
  'DATABASE_URL',
  'TEMPORAL_API_KEY',
  'LONGPLAY_TOKEN',
  'LONGPLAY_IMPORT_KEY',
]);

/** Every variable that Longplay reads, with its default; the source of docs/configuration.md. */
export const ENVIRONMENT = z.object({
  LONGPLAY_DATA: z.string().min(1).default('./data').describe('Folder of everything that Longplay keeps'),
  LONGPLAY_HOST: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('Address that the page and the API listen on'),
  LONGPLAY_PORT: port
    .default(4100)
    .describe('Port of the page and the API; a free one is taken when it is in use'),
  LONGPLAY_LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('Least level that is logged'),
  LONGPLAY_SECRET_KEY: optional.describe(
    'Seals stored secrets; needed when several machines share one database. Default: a random key in the data folder',
  ),
  DATABASE_URL: z
    .string()
    .trim()
    .regex(/^postgres(ql)?:\/\//, 'expected an address that begins with postgres://')
    .optional()
    .describe('Postgres to use; without it Longplay runs its own'),
  TEMPORAL_ADDRESS: z
    .string()
    .trim()
    .regex(/^[^\s/]+:\d+$/, 'expected host:port, as 127.0.0.1:7233')
    .optional()
    .describe('Temporal server to use, host:port; without it Longplay runs its own'),
  TEMPORAL_NAMESPACE: z.string().min(1).default('longplay').describe('Temporal namespace'),
  TEMPORAL_API_KEY: optional.describe('API key of the Temporal server'),
  TEMPORAL_TLS: z.enum(['true', 'false']).default('false').describe('Speak TLS with the Temporal server'),
  TEMPORAL_UI_URL: webAddress.describe('Address of the Temporal Web UI, for links'),
  TEMPORAL_CLI_PATH: optional.describe('The temporal program; default: PATH, then what set-up fetched'),
  FFMPEG_PATH: optional.describe('The ffmpeg program; default: PATH'),
  FFPROBE_PATH: optional.describe('The ffprobe program; default: PATH'),
  LONGPLAY_NICE: wholeNumber(0, 19)
    .default(10)
    .describe('Niceness of FFmpeg: 0 is that of the servers, 19 takes what nobody else wants'),
  LONGPLAY_STALL_SECONDS: stallSeconds.describe(
    'How long FFmpeg may show no sign of life before it is ended, seconds: until its first picture, while it works, and while it writes the end of its file (there 1 s more for each 100 MB); what is left out keeps its default, start=120,work=300,finalise=60',
  ),
  ARIA2_PATH: optional.describe('The aria2c program; default: PATH'),
  MEDIA_LIBRARY_PATH: optional.describe(
    'Folder of the root library; default <data>/library. Outside of <data> it must be there: Longplay never makes a mount anew, nor another root placed elsewhere',
  ),
  LONGPLAY_ROOT_PUBLIC: optional.describe('Folder of the root public; default <data>/public'),
  LONGPLAY_ROOT_INBOX: optional.describe('Folder of the root inbox; default <data>/inbox'),
  LONGPLAY_ROOT_PLAYBACK: optional.describe('Folder of the root playback; default <data>/playback'),
  LONGPLAY_ROOT_COMPILATIONS: optional.describe(
    'Folder of the root compilations; default <data>/compilations',
  ),
  LONGPLAY_ROOT_THUMBNAILS: optional.describe('Folder of the root thumbnails; default <data>/thumbnails'),
  LONGPLAY_ROOT_DOWNLOADS: optional.describe('Folder of the root downloads; default <data>/downloads'),
  LONGPLAY_ROOT_SCRATCH: optional.describe('Folder of the root scratch; default <data>/scratch'),
  LONGPLAY_SLOTS_WORKFLOWS: slots.default(40).describe('Workflow tasks at once in one core worker'),
  LONGPLAY_SLOTS_IO: slots.default(50).describe('Steps at once on the queue io'),
  LONGPLAY_SLOTS_CPU: slots.default(5).describe('Steps at once on the queue cpu'),
  LONGPLAY_SLOTS_GPU_ENCODE: slots.default(2).describe('Steps at once on the queue gpu-encode'),
  LONGPLAY_SLOTS_GPU_AI: slots.default(1).describe('Steps at once on the queue gpu-ai'),
  LONGPLAY_SLOTS_ADMIN: slots.default(4).describe('Steps at once on the queue admin'),
  LONGPLAY_GPU_DEVICE: z
    .string()
    .trim()
    .min(1)
    .default('0')
    .describe(
      'Which GPU of this host the process owns, each has one owner: the number of an NVIDIA card, or the path of a render node such as /dev/dri/renderD128',
    ),
  LONGPLAY_VRAM_MB: wholeNumber(0, 10_000_000)
    .optional()
    .describe(
      'Memory of the GPU that steps may hold together, MB; 0: no GPU, software books none. Default: 16000 where a card encodes, none elsewhere',
    ),
  LONGPLAY_ENCODER_SESSIONS: wholeNumber(0, 1_000)
    .default(3)
    .describe(
      'Hardware encodes at once that the driver allows; 0: no hardware encoder, software books none; none are there where no card encodes',
    ),
  LONGPLAY_CPU_TOKENS: wholeNumber(1, 10_000)
    .optional()
    .describe(
      'Cores that software encodes and models of this process may keep busy together; default: all of them, half of them where it serves only one of cpu and gpu',
    ),
  LONGPLAY_SHUTDOWN_GRACE_MS: wholeNumber(0, 600_000)
    .default(5_000)
    .describe(
      'How long running steps may finish at shutdown before they save their checkpoint and stop, milliseconds',
    ),
  LONGPLAY_DOWNLOAD_INTERFACE: optional.describe(
    'Address or interface that the embedded aria2 binds to; with 127.0.0.1 it also turns DHT, peer exchange and local discovery off',
  ),
  LONGPLAY_DEMO_JOBS: z
    .enum(['true', 'false'])
    .default('false')
    .describe(
      'true: the API also takes jobs of the demo_* types, which are for tests, benches and first tries',
    ),
  LONGPLAY_URL: webAddress.describe('Where the command line finds Longplay; default: the data folder says'),
  LONGPLAY_TOKEN: optional.describe('Token of the command line; default: the data folder has one'),
  LONGPLAY_IMPORT_KEY: optional.describe(
    'API key for "longplay import", so that no history of a shell keeps it',
  ),
});

export interface Config {
  dataFolder: string;
  host: string;
  port: number;
  logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  secretKey: string | undefined;
  databaseUrl: string | undefined;
  temporal: {
    address: string | undefined;
    namespace: string;
    apiKey: string | undefined;
    tls: boolean;
    uiUrl: string | undefined;
    cliPath: string | undefined;
  };
  programs: { ffmpeg: string; ffprobe: string; aria2: string };
  /** Of FFmpeg: its niceness, and how long it may be silent, milliseconds; what nobody has said is absent. */
  ffmpeg: { niceness: number; startMs?: number; workMs?: number; finaliseMs?: number };
  /** Absolute host folder of each root. */
  roots: Record<Root, string>;
  slots: { workflows: number; io: number; cpu: number; gpuEncode: number; gpuAi: number; admin: number };
  /** What this host has to give to the steps that run on it. */
  resources: {
    gpuDevice: string;
    /** undefined: by whether a card encodes. */
    vramMb: number | undefined;
    encoderSessions: number;
    /** undefined: as many as there are cores. */
    cpuTokens: number | undefined;
  };
  shutdownGraceMs: number;
  downloadInterface: string | undefined;
  demoJobs: boolean;
  client: { url: string | undefined; token: string | undefined };
  importKey: string | undefined;
  /** PATH, where programs given by name are found. */
  searchPath: string | undefined;
}

/**
 * Reads and checks the whole environment at once.
 * @throws Fault bad_input that lists every variable that is wrong, what was expected and what came.
 */
export function loadConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const known = Object.fromEntries(
    Object.keys(ENVIRONMENT.shape).map((name) => [
      name,
      environment[name]?.trim() === '' ? undefined : environment[name],
    ]),
  );
  const parsed = ENVIRONMENT.safeParse(known);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map((issue) => describeIssue(issue, environment));
    throw new Fault('bad_input', `The environment is not valid:\n${wrong.join('\n')}`, {
      remedy: 'See docs/configuration.md for every variable',
      cause: parsed.error,
    });
  }
  return { ...toConfig(parsed.data), searchPath: environment['PATH'] };
}

function describeIssue(
  { path: [key = ''], message }: z.core.$ZodIssue,
  environment: NodeJS.ProcessEnv,
): string {
  const name = String(key);
  const came = SECRETS.has(name) ? 'another text' : JSON.stringify(environment[name]);
  return `  ${name}: ${message}, got ${came}`;
}

function readStall(text = ''): Partial<Config['ffmpeg']> {
  const pairs = [...text.matchAll(/(\w+)=(\d+)/g)];
  return Object.fromEntries(pairs.map(([, name = '', seconds]) => [`${name}Ms`, Number(seconds) * 1_000]));
}

function toConfig(env: z.output<typeof ENVIRONMENT>): Omit<Config, 'searchPath'> {
  const dataFolder = path.resolve(env.LONGPLAY_DATA);
  return {
    dataFolder,
    host: env.LONGPLAY_HOST,
    port: env.LONGPLAY_PORT,
    logLevel: env.LONGPLAY_LOG_LEVEL,
    secretKey: env.LONGPLAY_SECRET_KEY,
    databaseUrl: env.DATABASE_URL,
    temporal: {
      address: env.TEMPORAL_ADDRESS,
      namespace: env.TEMPORAL_NAMESPACE,
      apiKey: env.TEMPORAL_API_KEY,
      tls: env.TEMPORAL_TLS === 'true',
      uiUrl: env.TEMPORAL_UI_URL,
      cliPath: env.TEMPORAL_CLI_PATH,
    },
    programs: {
      ffmpeg: env.FFMPEG_PATH ?? 'ffmpeg',
      ffprobe: env.FFPROBE_PATH ?? 'ffprobe',
      aria2: env.ARIA2_PATH ?? 'aria2c',
    },
    ffmpeg: { niceness: env.LONGPLAY_NICE, ...readStall(env.LONGPLAY_STALL_SECONDS) },
    roots: rootFolders(env, dataFolder),
    slots: {
      workflows: env.LONGPLAY_SLOTS_WORKFLOWS,
      io: env.LONGPLAY_SLOTS_IO,
      cpu: env.LONGPLAY_SLOTS_CPU,
      gpuEncode: env.LONGPLAY_SLOTS_GPU_ENCODE,
      gpuAi: env.LONGPLAY_SLOTS_GPU_AI,
      admin: env.LONGPLAY_SLOTS_ADMIN,
    },
    resources: {
      gpuDevice: env.LONGPLAY_GPU_DEVICE,
      vramMb: env.LONGPLAY_VRAM_MB,
      encoderSessions: env.LONGPLAY_ENCODER_SESSIONS,
      cpuTokens: env.LONGPLAY_CPU_TOKENS,
    },
    shutdownGraceMs: env.LONGPLAY_SHUTDOWN_GRACE_MS,
    downloadInterface: env.LONGPLAY_DOWNLOAD_INTERFACE,
    demoJobs: env.LONGPLAY_DEMO_JOBS === 'true',
    client: { url: env.LONGPLAY_URL, token: env.LONGPLAY_TOKEN },
    importKey: env.LONGPLAY_IMPORT_KEY,
  };
}

function rootFolders(env: z.output<typeof ENVIRONMENT>, dataFolder: string): Record<Root, string> {
  const given: Record<Root, string | undefined> = {
    library: env.MEDIA_LIBRARY_PATH,
    public: env.LONGPLAY_ROOT_PUBLIC,
    inbox: env.LONGPLAY_ROOT_INBOX,
    playback: env.LONGPLAY_ROOT_PLAYBACK,
    compilations: env.LONGPLAY_ROOT_COMPILATIONS,
    thumbnails: env.LONGPLAY_ROOT_THUMBNAILS,
    downloads: env.LONGPLAY_ROOT_DOWNLOADS,
    scratch: env.LONGPLAY_ROOT_SCRATCH,
  };
  const entries = ROOTS.map(
    (root) => [root, path.resolve(given[root] ?? path.join(dataFolder, root))] as const,
  );
  return Object.fromEntries(entries) as Record<Root, string>;
}
