import type { Finding } from '../../domain/media/findings.js';
import type { ValidationLevel, Verdict } from '../../domain/media/validation.js';
import type { Database, Queryable } from '../database.js';

export interface SavedValidation {
  videoId: string;
  jobId: string;
  level: ValidationLevel;
  verdict: Exclude<Verdict, 'outdated'>;
  /** The gravest first. */
  findings: readonly Finding[];
  /** What was validated: another content has another verdict. */
  file: { sizeBytes: number; modifiedMs: number };
}

/** Verdict, findings and mark of a video, all at once. False where its row tells another file by now, or is gone. */
export async function saveValidation(db: Database, saved: SavedValidation): Promise<boolean> {
  const { videoId, jobId, level, verdict, findings, file } = saved;
  const reason = findings.find(({ severity }) => severity === 'error')?.message ?? null;
  return db.transaction(async (tx) => {
    const { rowCount } = await tx.query(
      `update videos set verdict = $2, validated_at = now(), validated_level = $3, validated_by = $4,
         valid = $2 = 'valid', invalid_reason = $5
       where id = $1 and size_bytes = $6 and modified_ms = $7`,
      [videoId, verdict, level, jobId, reason, file.sizeBytes, file.modifiedMs],
    );
    if (rowCount !== 1) return false;
    await tx.query('delete from video_findings where video_id = $1', [videoId]);
    await tx.query(
      `insert into video_findings (video_id, place, code, severity, message, remedy, evidence, level, job_id)
       select $1, f.place, f.code, f.severity, f.message, f.remedy, f.evidence, $3, $4
       from jsonb_to_recordset($2) as f(place integer, code text, severity text, message text, remedy text, evidence jsonb)`,
      [videoId, JSON.stringify(findings.map((finding, place) => ({ ...finding, place }))), level, jobId],
    );
    return true;
  });
}

/** What the last validation of a video found, the gravest first; nothing once its file has changed. */
export async function findFindings(db: Queryable, videoId: string): Promise<Finding[]> {
  const { rows } = await db.query<Finding>(
    `select f.code, f.severity, f.message, f.remedy, f.evidence from video_findings f
     join videos v on v.id = f.video_id and v.verdict <> 'outdated'
     where f.video_id = $1 order by f.place`,
    [videoId],
  );
  return rows;
}
