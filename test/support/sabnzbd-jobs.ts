import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import type { YencPart } from './yenc.js';

/** Why a job's post-processing ends in `Failed`. */
export type JobFailure = 'incomplete' | 'repair' | 'password' | 'disk' | 'script';

/** One job of the contract server; `stage` says how far it is, one step a look. */
export interface SabnzbdJob {
  id: string;
  name: string;
  category: string;
  nzb: string;
  stage: JobStage;
  isPaused: boolean;
  isArchived: boolean;
  failure: JobFailure | undefined;
  labels: string[];
  /** Empty until the very end. */
  storage: string;
  completed: number;
}

const STAGES = [
  'Queued',
  'Half',
  'Downloaded',
  'QuickCheck',
  'Verifying',
  'Extracting',
  'Moving',
  'Completed',
  'Failed',
] as const;
export type JobStage = (typeof STAGES)[number];

export const isInQueue = ({ stage }: SabnzbdJob): boolean =>
  STAGES.indexOf(stage) < STAGES.indexOf('QuickCheck');
export const isOver = ({ stage }: SabnzbdJob): boolean => stage === 'Completed' || stage === 'Failed';

export interface JobFolders {
  incomplete: string;
  complete: string;
}

export interface NewsStore {
  articles: Map<string, YencPart>;
  missing: Set<string>;
}

/** Its segments by file, in the order of the NZB; undefined for what is none. */
export function segmentsOf(nzb: string): string[][] | undefined {
  if (!nzb.includes('<nzb')) return undefined;
  const files = [...nzb.matchAll(/<file\b[\s\S]*?<\/file>/g)].map(([file]) =>
    [...file.matchAll(/<segment[^>]*>([^<]+)<\/segment>/g)].map(([, id = '']) => id),
  );
  return files.some((ids) => ids.length > 0) ? files : undefined;
}

export function bytesOf(job: SabnzbdJob, news: NewsStore): number {
  return (segmentsOf(job.nzb) ?? [])
    .flat()
    .reduce((sum, id) => sum + (news.articles.get(id)?.bytes.length ?? 0), 0);
}

/** The next step of a job, which really moves its bytes. */
export function advance(job: SabnzbdJob, folders: JobFolders, news: NewsStore): void {
  const next = STAGES[STAGES.indexOf(job.stage) + 1];
  if (isOver(job) || next === undefined) return;
  if (job.stage === 'Verifying' && whyFailed(job, news) !== undefined) {
    job.failure = whyFailed(job, news);
    job.stage = 'Failed';
    job.completed = Date.now();
    return;
  }
  job.stage = next;
  if (next === 'Downloaded') writeFiles(job, path.join(folders.incomplete, job.name), news);
  if (next === 'Extracting') moveFolder(path.join(folders.incomplete, job.name), workFolder(job, folders));
  if (next === 'Completed') {
    job.storage = path.join(folders.complete, job.name);
    moveFolder(workFolder(job, folders), job.storage);
    job.completed = Date.now();
  }
}

export function dropFiles(job: SabnzbdJob, folders: JobFolders): void {
  for (const folder of [path.join(folders.incomplete, job.name), workFolder(job, folders)])
    rmSync(folder, { recursive: true, force: true });
}

function whyFailed(job: SabnzbdJob, news: NewsStore): JobFailure | undefined {
  if (job.failure !== undefined) return job.failure;
  return (segmentsOf(job.nzb) ?? []).flat().some((id) => news.missing.has(id)) ? 'incomplete' : undefined;
}

function workFolder(job: SabnzbdJob, { complete }: JobFolders): string {
  return path.join(complete, `_UNPACK_${job.name}`);
}

function writeFiles(job: SabnzbdJob, folder: string, news: NewsStore): void {
  mkdirSync(folder, { recursive: true });
  for (const ids of segmentsOf(job.nzb) ?? []) {
    const parts = ids.flatMap((id) => (news.missing.has(id) ? [] : (news.articles.get(id) ?? [])));
    const [first] = parts;
    if (first !== undefined)
      writeFileSync(path.join(folder, first.name), Buffer.concat(parts.map(({ bytes }) => bytes)));
  }
}

function moveFolder(from: string, to: string): void {
  mkdirSync(path.dirname(to), { recursive: true });
  rmSync(to, { recursive: true, force: true });
  renameSync(from, to);
}
