import type { Config } from '../config.js';
import type { ExitStatus } from './exit-status.js';
import type { TextStream } from './output.js';

export const WORKER_ROLES = ['core', 'cpu', 'gpu'] as const;
export type WorkerRole = (typeof WORKER_ROLES)[number];

export const GPU_QUEUES = ['gpu-encode', 'gpu-ai'] as const;
export type GpuQueue = (typeof GPU_QUEUES)[number];

/** What the program needs of the process; the parts that serve are written elsewhere. */
export interface ProgramDeps {
  up: (options: Record<string, never>) => Promise<void>;
  demo: (options: { exit: boolean; json?: string }) => Promise<void>;
  api: (options: Record<string, never>) => Promise<void>;
  worker: (options: { role: WorkerRole; queue?: GpuQueue }) => Promise<void>;
  env: Config;
  stdout: TextStream;
  stderr: TextStream;
  /** For `-` as a file name, and for answers where it is a terminal. */
  stdin: AsyncIterable<Uint8Array | string> & { isTTY?: boolean };
  version: string;
  setExitStatus: (status: ExitStatus) => void;
}
