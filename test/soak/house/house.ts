import type { Database } from '../../../src/store/database.js';

/** What may be killed. */
export type VictimKind =
  | 'api'
  | 'core'
  | 'cpu'
  | 'gpu'
  | 'longplay'
  | 'temporal'
  | 'postgres'
  | 'aria2'
  | 'ffmpeg'
  | 'qbittorrent'
  | 'transmission';

export type ServerName = 'postgres' | 'temporal';

export interface Victim {
  kind: VictimKind;
  name: string;
  pid: number;
}

/** Processes of ours that ended by themselves after they had been ready. */
export interface Death {
  name: string;
  code: number | null;
  atMs: number;
}

/** Longplay with all its servers, as its user runs it, on a data folder of its own. */
export interface House {
  folder: string;
  logFolder: string;
  roots: Record<'scratch' | 'library' | 'downloads' | 'playback', string>;
  /** Of the moment: an address may change with a restart. */
  database: () => Database;
  temporal: () => { address: string; namespace: string };
  /** Where the API answers, one address a process. */
  apis: () => string[];
  aria2: () => { id: string; rpcUrl: string; secret: string };
  /** Of a person who may do all; it outlives restarts. */
  token: string;
  /** Texts that must be nowhere but where they belong. */
  secrets: string[];
  deaths: Death[];
  /** What a process of the house finds in its environment. */
  environment: Record<string, string>;
  /** Servers that the soak itself holds; absent where Longplay brings its own. */
  servers?: {
    dataFolder: string;
    stop: (name: ServerName) => Promise<void>;
    /** On the same port and data. */
    start: (name: ServerName) => Promise<void>;
  };
  /** What it consists of. */
  kinds: readonly VictimKind[];
  /** Those that run at this moment. */
  victims: () => Promise<Victim[]>;
  /** All its processes serve, or the time is over. */
  allUp: (withinMs: number) => Promise<void>;
  stop: () => Promise<void>;
}
