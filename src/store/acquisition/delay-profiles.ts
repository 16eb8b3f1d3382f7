import type { DelayProfile } from '../../domain/acquisition/delay-profile.js';
import type { Queryable } from '../database.js';

export interface DelayProfileRow extends DelayProfile {
  createdAt: Date;
}

const COLUMNS = `id, name, enable_usenet as "enableUsenet", enable_torrent as "enableTorrent",
  preferred_protocol as "preferredProtocol", usenet_delay as "usenetDelay", torrent_delay as "torrentDelay",
  bypass_if_highest_quality as "bypassIfHighestQuality", bypass_if_above_score as "bypassIfAboveScore",
  minimum_score as "minimumScore", score_kind as "scoreKind", position as "order", tags, created_at as "createdAt"`;

export async function listDelayProfiles(db: Queryable): Promise<DelayProfileRow[]> {
  const { rows } = await db.query<DelayProfileRow>(
    `select ${COLUMNS} from delay_profiles order by position, id`,
  );
  return rows;
}

export async function findDelayProfile(db: Queryable, id: string): Promise<DelayProfileRow | undefined> {
  const { rows } = await db.query<DelayProfileRow>(`select ${COLUMNS} from delay_profiles where id = $1`, [
    id,
  ]);
  return rows[0];
}

export async function saveDelayProfile(db: Queryable, profile: DelayProfile): Promise<void> {
  await db.query(
    `insert into delay_profiles (id, name, enable_usenet, enable_torrent, preferred_protocol, usenet_delay, torrent_delay,
       bypass_if_highest_quality, bypass_if_above_score, minimum_score, score_kind, position, tags)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
     on conflict (id) do update set name = $2, enable_usenet = $3, enable_torrent = $4, preferred_protocol = $5,
       usenet_delay = $6, torrent_delay = $7, bypass_if_highest_quality = $8, bypass_if_above_score = $9,
       minimum_score = $10, score_kind = $11, position = $12, tags = $13`,
    [
      profile.id,
      profile.name,
      profile.enableUsenet,
      profile.enableTorrent,
      profile.preferredProtocol,
      profile.usenetDelay,
      profile.torrentDelay,
      profile.bypassIfHighestQuality,
      profile.bypassIfAboveScore,
      profile.minimumScore,
      profile.scoreKind,
      profile.order,
      profile.tags,
    ],
  );
}

export async function deleteDelayProfile(db: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await db.query('delete from delay_profiles where id = $1', [id]);
  return rowCount === 1;
}
