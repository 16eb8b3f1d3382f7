import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

import { ROOT_MARKER } from '../../../src/domain/logical-path.js';
import type { PlaybackResult } from '../../../src/domain/media/playback-work.js';
import { query, type Evidence, type Violation } from '../checks/evidence.js';
import { idOf, type Asked } from '../load/ledger.js';
import { tally } from '../tally.js';
import type { Film } from './load.js';
import { faultsOf } from './judge-file.js';

const VERIFIED = 'every output is whole and plays (media.md §4)';
const ONCE = 'no output twice, and none of nobody (media.md A4)';
const LEFT = 'a cancelled or completed job leaves nothing beside its file (media.md A2)';
const ENDS = 'every job ends as its film calls for (media.md A1, A6)';

export interface JudgedOutputs {
  violations: Violation[];
  /** Files that were probed and decoded whole. */
  verified: number;
  /** How the jobs ended, by the outcome of those that completed. */
  ended: Record<string, number>;
  /** Of failed jobs, which a retry would go on from. */
  keptScratch: number;
}

interface JobRow {
  id: string;
  status: string;
  kind: string | null;
  message: string | null;
  result: PlaybackResult | null;
}

export async function judgeOutputs(evidence: Evidence, films: readonly Film[]): Promise<JudgedOutputs> {
  const rows = await query<JobRow>(
    evidence,
    `select id, status, error ->> 'kind' as kind, error ->> 'message' as message, result
     from jobs where type = 'reencode_streaming'`,
  );
  const jobs = new Map(rows.map((row) => [row.id, row]));
  const scratch = await judgeScratch(evidence, jobs);
  const files = await judgeFiles(evidence, { films, jobs });
  const ended = evidence.ledger.asked.map((asked) => judgeEnd(asked, { films, jobs }));
  return {
    violations: [
      ...ended.flat(),
      ...files.violations,
      ...scratch.violations,
      ...(await judgePartials(evidence)),
    ],
    verified: files.verified,
    ended: tally(rows.map(sayJob).sort()),
    keptScratch: scratch.kept,
  };
}

function sayJob({ status, result }: JobRow): string {
  if (result === null) return status;
  return `${status}: ${result.outcome}${result.remembered ? ' by an earlier job' : ''}`;
}

interface Known {
  films: readonly Film[];
  jobs: ReadonlyMap<string, JobRow>;
}

export function filmOf({ body }: Asked, films: readonly Film[]): Film | undefined {
  const { params } = body as { params: { videoId: string } };
  return films.find(({ videoId }) => videoId === params.videoId);
}

/** That it completed or failed as expected is judged by its ledger; here, whether by the right reason. */
function judgeEnd(asked: Asked, { films, jobs }: Known): Violation[] {
  const job = jobs.get(idOf(asked) ?? '');
  const film = filmOf(asked, films);
  if (job === undefined || film === undefined) return [];
  const wrong = (said: string): Violation[] => [{ rule: ENDS, jobId: job.id, said: `${film.name}: ${said}` }];
  if (job.status === 'completed' && job.result?.outcome !== film.ends)
    return wrong(`expected ${film.ends}, came ${job.result?.outcome ?? 'no result'}`);
  if (job.status === 'failed' && film.ends === 'bad_input' && job.kind !== 'bad_input')
    return wrong(`expected bad_input, came ${job.kind ?? 'nothing'}: ${job.message ?? ''}`);
  return [];
}

interface VideoRow {
  path: string;
  derivedFrom: string | null;
}

/** Each file has one row, one completed job at least, and plays as its source does. */
async function judgeFiles(
  evidence: Evidence,
  { films, jobs }: Known,
): Promise<{ violations: Violation[]; verified: number }> {
  const { playback } = evidence.house.roots;
  const files = await filesBelow(playback);
  const rows = await query<VideoRow>(
    evidence,
    `select path, derived_from as "derivedFrom" from videos where root = 'playback'`,
  );
  const made = madeBy(jobs);
  const violations = missing({ files, rows, made });
  let verified = 0;
  for (const file of files) {
    const row = rows.find((one) => one.path === file);
    const film = films.find(({ videoId }) => videoId === row?.derivedFrom);
    const jobId = made.get(file);
    if (row === undefined || film === undefined || jobId === undefined) {
      const lacks = row === undefined ? 'no row' : film === undefined ? 'no source' : 'no completed job';
      violations.push({ rule: ONCE, said: `playback has ${file}, which has ${lacks}` });
      continue;
    }
    const faults = await faultsOf(path.join(playback, file), film);
    violations.push(...faults.map((said) => ({ rule: VERIFIED, jobId, said: `${file}: ${said}` })));
    if (faults.length === 0) verified += 1;
  }
  return { violations, verified };
}

/** Job by the file that it says it has made. */
function madeBy(jobs: Known['jobs']): Map<string, string> {
  const made = [...jobs.values()].flatMap(({ id, status, result }) =>
    status === 'completed' && result?.outcome === 'done'
      ? [[result.path.replace('playback:', ''), id] as const]
      : [],
  );
  return new Map(made);
}

function missing(found: {
  files: readonly string[];
  rows: readonly VideoRow[];
  made: ReadonlyMap<string, string>;
}): Violation[] {
  const there = new Set(found.files);
  return [
    ...found.rows
      .filter((row) => !there.has(row.path))
      .map((row) => ({ rule: ONCE, said: `a row names playback:${row.path}, which is not there` })),
    ...[...found.made]
      .filter(([file]) => !there.has(file))
      .map(([file, jobId]) => ({ rule: VERIFIED, jobId, said: `it has made ${file}, which is not there` })),
  ];
}

async function judgeScratch(
  evidence: Evidence,
  jobs: Known['jobs'],
): Promise<{ violations: Violation[]; kept: number }> {
  const folder = path.join(evidence.house.roots.scratch, 'reencode');
  const names: string[] = await readdir(folder).catch(() => []);
  const statuses = names.map((name) => ({ name, status: jobs.get(name)?.status ?? 'unknown' }));
  return {
    kept: statuses.filter(({ status }) => status === 'failed').length,
    violations: statuses
      .filter(({ status }) => status !== 'failed')
      .map(({ name, status }) => ({
        rule: LEFT,
        jobId: name,
        said: `it is ${status}, and its scratch is there`,
      })),
  };
}

async function judgePartials({ house }: Evidence): Promise<Violation[]> {
  const violations: Violation[] = [];
  for (const root of ['playback', 'scratch'] as const) {
    const hidden = (await readdir(house.roots[root])).filter((name) => name.startsWith('.partial'));
    violations.push(
      ...hidden.map((name) => ({
        rule: LEFT,
        jobId: name.replace('.partial-', ''),
        said: `an attempt's folder is left in ${root}`,
      })),
    );
  }
  return violations;
}

/** Relative, `/` between names. */
async function filesBelow(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  const files: string[] = [];
  for (const name of names)
    if (name !== ROOT_MARKER && (await stat(path.join(folder, name))).isFile()) files.push(name);
  return files;
}
