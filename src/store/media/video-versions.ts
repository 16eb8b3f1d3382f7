import type { Queryable } from '../database.js';

export interface VideoVersion {
  id: string;
  kind: 'original' | 'playback';
  root: string;
  /** Relative to the root. */
  path: string;
  sizeBytes: number;
  durationSeconds: number | null;
  container: string | null;
  videoCodec: string | null;
  audioCodecs: string[];
  width: number | null;
  height: number | null;
  playable: boolean | null;
  madeBy: string | null;
  madeAt: Date | null;
  missingSince: Date | null;
}

/** A video, or the original that it was made of, and all that was made of that; the original first, then the newest. */
export async function listVersions(db: Queryable, id: string): Promise<VideoVersion[]> {
  const { rows } = await db.query<VideoVersion>(
    `with original as (select coalesce(derived_from, id) as id from videos where id = $1)
     select v.id, case when v.derived_from is null then 'original' else 'playback' end as kind, v.root, v.path,
       v.size_bytes as "sizeBytes", v.duration_seconds as "durationSeconds", v.container, v.video_codec as "videoCodec",
       v.audio_codecs as "audioCodecs", v.width, v.height, v.playable, v.made_by as "madeBy", v.made_at as "madeAt",
       v.missing_since as "missingSince"
     from videos v
     where v.id = (select id from original) or v.derived_from = (select id from original)
     order by v.id <> (select id from original), v.made_at desc nulls last, v.id`,
    [id],
  );
  return rows;
}
