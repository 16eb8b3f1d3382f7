import { z } from 'zod';

import { hashFile } from '../../integrations/files/place.js';
import { importedFiles, type ManifestFile } from '../../store/acquisition/imports.js';
import type { HttpClient } from '../http-client.js';
import type { RunningLongplay } from '../up.js';
import type { Stage } from './stage.js';

const job = z.object({
  id: z.string(),
  type: z.string(),
  status: z.string(),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  sentence: z.string(),
});

const candidate = z.object({
  guid: z.string(),
  title: z.string(),
  rank: z.number().nullable(),
  evaluation: z.object({
    why: z.string(),
    rejections: z.array(z.object({ code: z.string(), detail: z.string() })),
  }),
});

const detail = z.object({
  id: z.string(),
  state: z.string().nullable(),
  job,
  timeline: z.array(z.object({ state: z.string(), detail: z.string().nullable() })),
  searches: z.array(z.object({ candidates: z.array(candidate) })),
});

type Detail = z.output<typeof detail>;

export interface DemoSummary {
  requestId: string;
  status: string;
  jobs: z.output<typeof job>[];
  library: {
    files: {
      path: string;
      hostPath: string;
      sizeBytes: number;
      sha256: string;
      durationSeconds: number | null;
    }[];
  };
  decoys: { guid: string; title: string; reason: string }[];
  links: { page: string; temporal: string | null };
}

/** What the demo did, from the public API; the files with their hashes, each decoy with its reason. */
export async function summarize({
  client,
  jobId,
  longplay,
  stage,
}: {
  client: HttpClient;
  jobId: string;
  longplay: RunningLongplay;
  stage: Stage;
}): Promise<{ document: DemoSummary; lines: string[] }> {
  const request = await client.send({ path: `/api/requests/${jobId}`, answer: detail });
  const { jobs } = await client.send({
    path: '/api/jobs',
    query: { parent: jobId },
    answer: z.object({ jobs: z.array(job) }),
  });
  const files = await importedFiles(longplay.parts.db, request.id);
  const { temporalUiUrl } = longplay;
  const document: DemoSummary = {
    requestId: request.id,
    status: request.job.status,
    jobs: [request.job, ...jobs.reverse()],
    library: {
      files: await Promise.all(files.map((file) => shownFile(longplay, file))),
    },
    decoys: stage.offers
      .filter(({ guid }) => guid.startsWith('decoy'))
      .map(({ guid, title }) => ({ guid, title, reason: reasonOf(guid, request) })),
    links: {
      page: longplay.url,
      temporal:
        temporalUiUrl === undefined ? null : `${temporalUiUrl}/namespaces/longplay/workflows/${jobId}`,
    },
  };
  return { document, lines: tell(document, await tellMedia(longplay, document)) };
}

/** The sums that a person may check; nobody reads a hard link for one before. */
async function shownFile(
  { parts }: RunningLongplay,
  { path, sizeBytes, sha256, durationSeconds }: ManifestFile,
): Promise<DemoSummary['library']['files'][number]> {
  const hostPath = parts.roots.resolve(path);
  const sum = sha256 ?? (await hashFile(hostPath, { signal: AbortSignal.timeout(60_000) }));
  return { path, hostPath, sizeBytes, sha256: sum, durationSeconds };
}

/** A decoy is refused by a rule, or taken and found out: then the timeline says why it was left. */
function reasonOf(guid: string, { searches, timeline }: Detail): string {
  const found = searches.flatMap(({ candidates }) => candidates).find((one) => one.guid === guid);
  if (found === undefined) return 'the indexer did not offer it';
  const [first] = found.evaluation.rejections;
  if (first !== undefined) return `${first.code}: ${first.detail}`;
  const left = timeline.find(
    (entry) => entry.detail?.startsWith(found.title) === true && entry.state === 'searching',
  );
  return left?.detail ?? found.evaluation.why;
}

async function tellMedia(longplay: RunningLongplay, { library }: DemoSummary): Promise<string[]> {
  const lines: string[] = [];
  for (const { hostPath, durationSeconds } of library.files.filter((file) => file.durationSeconds !== null)) {
    const media = await longplay.parts.media.probe(hostPath, AbortSignal.timeout(30_000));
    lines.push(
      `  ffprobe: ${media.container}, ${Math.round(durationSeconds ?? 0)} s, ${media.chapters.length} chapters, tags ${['title', 'artist'].map((name) => `${name}=${media.tags[name] ?? '?'}`).join(', ')}`,
    );
  }
  return lines;
}

function tell({ library, decoys, links, status }: DemoSummary, media: string[]): string[] {
  return [
    '',
    `The request is ${status}. In the library:`,
    ...library.files.map(
      ({ hostPath, sizeBytes, sha256 }) =>
        `  ${hostPath} (${sizeBytes} bytes, sha256 ${sha256.slice(0, 12)}…)`,
    ),
    ...media,
    'Releases that were not taken:',
    ...decoys.map(({ title, reason }) => `  ${title}\n    ${reason}`),
    `Page: ${links.page}`,
    ...(links.temporal === null ? [] : [`Temporal: ${links.temporal}`]),
  ];
}
