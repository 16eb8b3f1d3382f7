import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';

import { createAria2Client } from '../../../src/integrations/download-clients/aria2/client.js';
import { ROOT_MARKER } from '../../../src/domain/logical-path.js';
import { createProbe } from '../../../src/media/probe.js';
import { findProcesses } from '../../support/processes.js';
import { query, type Check, type Evidence, type Violation } from './evidence.js';

const SHOWN = 'jobs.md §8 (6)';
const LEFT = 'jobs.md §8 (7)';
const CALL_MS = 10_000;

interface EncodeRow {
  id: string;
  status: string;
  terminated: boolean;
  fenced: boolean;
  bytes: number | null;
  seconds: number;
}

/** What is published is whole, was fenced, and belongs to a completed job; nothing else lies about. */
export const checkSamples: Check = async (evidence) => {
  const jobs = new Map(
    (
      await query<EncodeRow>(
        evidence,
        // An older copy of the database has lost the fence with the row; Temporal's word is what is left then.
        `select j.id, j.status, coalesce(j.error ->> 'kind' = 'terminated', false) as terminated, coalesce(bool_or(s.fenced_at is not null), false)
             or exists (select from repairs r where r.job_id = j.id and r.kind in ('row_rebuilt', 'outcome_from_temporal')) as fenced,
           (j.result ->> 'bytes')::int as bytes, (j.params ->> 'seconds')::int as seconds
         from jobs j left join job_steps s on s.job_id = j.id and s.name = 'encodeSample'
         where j.type = 'demo_encode' group by j.id`,
      )
    ).map((row) => [row.id, row]),
  );
  const folder = path.join(evidence.house.roots.scratch, 'demo');
  const names: string[] = await readdir(folder).catch(() => []);
  const violations: Violation[] = [];
  for (const name of names) {
    const job = jobs.get(name.replace(/\.mkv$/, ''));
    if (job === undefined) violations.push({ rule: LEFT, said: `the file ${name} belongs to nobody` });
    else violations.push(...(await judgeSample(path.join(folder, name), job)));
  }
  for (const { id, status } of jobs.values()) {
    if (status === 'completed' && !names.includes(`${id}.mkv`)) {
      violations.push({ rule: SHOWN, jobId: id, said: 'it is completed, but its file is not there' });
    }
  }
  return violations;
};

async function judgeSample(file: string, job: EncodeRow): Promise<Violation[]> {
  // Whoever terminates a run undoes nothing: what a finished step has published stays for a retry.
  if (job.terminated && job.fenced) return [];
  if (job.status !== 'completed')
    return [{ rule: LEFT, jobId: job.id, said: `it is ${job.status}, but its file is there` }];
  if (!job.fenced)
    return [{ rule: SHOWN, jobId: job.id, said: 'its file is there, but no attempt passed the fence' }];
  const { size } = await stat(file);
  if (size !== job.bytes) {
    return [
      { rule: SHOWN, jobId: job.id, said: `its file has ${size} bytes, recorded are ${job.bytes ?? 'none'}` },
    ];
  }
  const probe = createProbe({ ffprobePath: process.env['FFPROBE_PATH'] ?? 'ffprobe' });
  const { durationSeconds } = await probe(file, AbortSignal.timeout(CALL_MS));
  if (Math.abs(durationSeconds - job.seconds) <= 0.2) return [];
  return [{ rule: SHOWN, jobId: job.id, said: `its file plays ${durationSeconds} s, not ${job.seconds} s` }];
}

/** Every file of the library is one that a completed job has recorded, with its hash. */
export const checkLibrary: Check = async (evidence) => {
  const { library } = evidence.house.roots;
  const entries = await readdir(library, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && entry.name !== ROOT_MARKER)
    .map((entry) => path.join(entry.parentPath, entry.name));
  const committed = await query<{ target: string }>(
    evidence,
    `select i.target from imports i join jobs j on j.id = i.job_id where i.committed_at is not null and i.undone_at is null`,
  );
  const violations: Violation[] = [];
  for (const file of files) {
    const name = path.relative(library, file);
    if (!committed.some(({ target }) => `library:${name}`.startsWith(target))) {
      violations.push({ rule: SHOWN, said: `the library has ${name}, which no import recorded` });
    }
    if (path.extname(file) === '.m4b' && (await hashOf(file)) !== evidence.mediaHash) {
      violations.push({ rule: SHOWN, said: `${name} is not what was fetched` });
    }
  }
  return violations;
};

async function hashOf(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}

/** No FFmpeg, item, download or torrent is left of what has ended; what is in `cleanups` is told by the settling. */
export const checkLeftovers: Check = async (evidence) => {
  const ffmpegs = (await findProcesses(evidence.house.roots.scratch)).filter(({ name }) => name === 'ffmpeg');
  const items = await query<{ jobId: string; said: string }>(
    evidence,
    `select d.job_id as "jobId", 'its demo item is left, ' || d.state as said from demo_items d join jobs j on j.id = d.job_id
     where j.outcome_status is not null and d.removed_at is null and d.state <> 'complete'
     union all
     select p.job_id, 'it still has a permit or waits for one, group ' || p.permit_group from permits p
     join jobs j on j.id = p.job_id where j.outcome_status is not null
     union all
     select d.job_id, 'its download is left, ' || d.state from downloads d join jobs j on j.id = d.job_id
     left join jobs p on p.id = j.parent_id
     where j.outcome_status is not null and p.outcome_status is not null and d.removed_at is null
       and not exists (select from cleanups c where c.job_id in (j.id, p.id) and c.done_at is null)`,
  );
  return [
    ...ffmpegs.map(({ pid, args }) => ({ rule: LEFT, said: `FFmpeg ${pid} runs on: ${args.join(' ')}` })),
    ...items.map(({ jobId, said }) => ({ rule: LEFT, jobId, said })),
    ...(await checkTorrents(evidence)),
  ];
};

async function checkTorrents(evidence: Evidence): Promise<Violation[]> {
  const known = await query<{ item: string }>(
    evidence,
    `select client_item_id as item from downloads where removed_at is null`,
  );
  const items = await createAria2Client(evidence.house.aria2()).list(AbortSignal.timeout(CALL_MS));
  const names = await readdir(evidence.house.roots.downloads);
  const folders = names.filter((name) => name !== ROOT_MARKER);
  const kept = new Set(known.map(({ item }) => item));
  const strange = items.filter(({ clientItemId }) => !kept.has(clientItemId));
  return [
    ...strange.map(({ clientItemId, state }) => ({
      rule: LEFT,
      said: `aria2 has ${clientItemId}, ${state}, which no open download owns`,
    })),
    ...(kept.size === 0 ? folders : []).map((name) => ({
      rule: LEFT,
      said: `downloads has ${name}, no download is open`,
    })),
  ];
}
