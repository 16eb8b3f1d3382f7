import type { ReleaseIdentity } from '../../domain/acquisition/blocklist.js';
import type { PublicRelease } from '../../domain/acquisition/decide.js';
import type { Database, Queryable } from '../database.js';

/** A release as an indexer told it, its links sealed because they may carry the indexer's key. */
export interface StoredRelease {
  release: unknown;
  linkSealed: string | null;
}

export interface IndexerResultRow {
  indexerId: string;
  tier: number;
  outcome: 'ok' | 'throttled' | 'disabled' | 'error';
  detail: string | null;
  retryAt: Date | null;
  releases: StoredRelease[];
  elapsedMs: number;
}

export async function saveIndexerResult(
  db: Queryable,
  result: Omit<IndexerResultRow, 'retryAt'> & { jobId: string; occurrence: number; retryAt: Date | null },
): Promise<void> {
  await db.query(
    `insert into indexer_results (job_id, occurrence, tier, indexer_id, outcome, detail, retry_at, releases, elapsed_ms)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (job_id, occurrence, tier, indexer_id) do update set outcome = $5, detail = $6, retry_at = $7,
       releases = $8, elapsed_ms = $9, time = now()`,
    [
      result.jobId,
      result.occurrence,
      result.tier,
      result.indexerId,
      result.outcome,
      result.detail,
      result.retryAt,
      JSON.stringify(result.releases),
      result.elapsedMs,
    ],
  );
}

/** What every indexer answered so far in one search, tier by tier. */
export async function indexerResults(
  db: Queryable,
  { jobId, occurrence }: { jobId: string; occurrence: number },
): Promise<IndexerResultRow[]> {
  const { rows } = await db.query<IndexerResultRow>(
    `select indexer_id as "indexerId", tier, outcome, detail, retry_at as "retryAt", releases, elapsed_ms as "elapsedMs"
     from indexer_results where job_id = $1 and occurrence = $2 order by tier, indexer_id`,
    [jobId, occurrence],
  );
  return rows;
}

/** What was only read to be judged once: decisions on it keep what they need. */
export async function forgetIndexerResults(
  db: Queryable,
  { jobId, occurrence }: { jobId: string; occurrence: number },
): Promise<void> {
  await db.query('delete from indexer_results where job_id = $1 and occurrence = $2', [jobId, occurrence]);
}

export interface CandidateRow {
  searchId: string;
  number: number;
  rank: number | null;
  indexerId: string;
  guid: string;
  title: string;
  infoHash: string | null;
  sizeBytes: number;
  seeders: number | null;
  linkSealed: string | null;
  accepted: boolean;
  /** As its indexer told it, without links; null for a decision of an earlier version. */
  release: PublicRelease | null;
  /** Class, score parts and every rejection with its code and reason. */
  evaluation: unknown;
}

export interface SearchRow {
  id: string;
  jobId: string;
  requestId: string | null;
  occurrence: number;
  plan: unknown;
  conclusion: string;
  detail: string | null;
  createdAt: Date;
}

/** The whole decision, written once per (job, occurrence): a repeat replaces it. */
export async function saveSearch(
  db: Database,
  search: Omit<SearchRow, 'createdAt'> & { candidates: Omit<CandidateRow, 'searchId'>[] },
): Promise<string> {
  return db.transaction(async (tx) => {
    const { rows } = await tx.query<{ id: string }>(
      `insert into searches (id, job_id, request_id, occurrence, plan, conclusion, detail) values ($1, $2, $3, $4, $5, $6, $7)
       on conflict (job_id, occurrence) do update set plan = $5, conclusion = $6, detail = $7 returning id`,
      [
        search.id,
        search.jobId,
        search.requestId,
        search.occurrence,
        JSON.stringify(search.plan),
        search.conclusion,
        search.detail,
      ],
    );
    const id = rows[0]?.id ?? search.id;
    await tx.query(`delete from candidates where search_id = $1`, [id]);
    await tx.query(
      `insert into candidates (search_id, number, rank, indexer_id, guid, title, info_hash, size_bytes, seeders, link_sealed, accepted, evaluation, release)
       select $1, c.number, c.rank, c."indexerId", c.guid, c.title, c."infoHash", c."sizeBytes", c.seeders, c."linkSealed", c.accepted, c.evaluation, c.release
       from jsonb_to_recordset($2) as c(number int, rank int, "indexerId" text, guid text, title text, "infoHash" text,
         "sizeBytes" bigint, seeders int, "linkSealed" text, accepted boolean, evaluation jsonb, release jsonb)`,
      [id, JSON.stringify(search.candidates)],
    );
    return id;
  });
}

/** What tells this release from another, as far as its indexer told it. */
export function identityOf(candidate: CandidateRow): ReleaseIdentity {
  return { ...candidate.release, ...candidate };
}

const CANDIDATE_COLUMNS = `search_id as "searchId", number, rank, indexer_id as "indexerId", guid, title,
  info_hash as "infoHash", size_bytes as "sizeBytes", seeders, link_sealed as "linkSealed", accepted, evaluation, release`;

export async function findCandidate(
  db: Queryable,
  { searchId, number }: { searchId: string; number: number },
): Promise<CandidateRow | undefined> {
  const { rows } = await db.query<CandidateRow>(
    `select ${CANDIDATE_COLUMNS} from candidates where search_id = $1 and number = $2`,
    [searchId, number],
  );
  return rows[0];
}

/** Accepted ones in their order, then the refused ones. */
export async function listCandidates(db: Queryable, searchId: string): Promise<CandidateRow[]> {
  const { rows } = await db.query<CandidateRow>(
    `select ${CANDIDATE_COLUMNS} from candidates where search_id = $1 order by rank nulls last, number`,
    [searchId],
  );
  return rows;
}

/**
 * Where a decision is kept that no search of the request has asked for: such ones count downwards, out of the way of its
 * own. A repeat with the same id gets the same place.
 */
export async function placeOfFound(
  db: Queryable,
  { id, jobId }: { id: string; jobId: string },
): Promise<number> {
  const { rows } = await db.query<{ occurrence: number }>(
    `select coalesce((select occurrence from searches where id = $1),
       (select least(min(occurrence), 0) - 1 from searches where job_id = $2), -1) as occurrence`,
    [id, jobId],
  );
  return rows[0]?.occurrence ?? -1;
}

interface FoundSearch {
  id: string;
  requestId: string | null;
  asked: { jobId: string; occurrence: number };
}

/** A decision, and whose answers it was made on: an earlier search's, where it was judged again. */
export async function findSearch(db: Queryable, id: string): Promise<FoundSearch | undefined> {
  const { rows } = await db.query<FoundSearch>(
    `select id, request_id as "requestId", coalesce(plan->'asked', jsonb_build_object('jobId', job_id, 'occurrence', occurrence)) as asked
     from searches where id = $1`,
    [id],
  );
  return rows[0];
}

export async function searchesOf(db: Queryable, requestId: string): Promise<SearchRow[]> {
  const { rows } = await db.query<SearchRow>(
    `select id, job_id as "jobId", request_id as "requestId", occurrence, plan, conclusion, detail, created_at as "createdAt"
     from searches where request_id = $1 order by created_at`,
    [requestId],
  );
  return rows;
}
