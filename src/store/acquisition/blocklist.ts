import type { BlockedKey } from '../../domain/acquisition/blocklist.js';
import type { BlocklistEntry, BlockReason } from '../../domain/acquisition/blocklist-entry.js';
import type { Queryable } from '../database.js';

/** An entry that holds for every item. */
export const EVERY_ITEM = '*';

export interface BlockedRow {
  id: number;
  /** Of catalogue/acquisition/media-item.ts, or `*`. */
  itemKey: string;
  releaseKey: string;
  /** The release's name; null for entries of an earlier version. */
  title: string | null;
  reason: BlockReason | 'release_fault';
  evidence: string;
  source: BlocklistEntry['source'];
  createdAt: Date;
  expiresAt: Date | null;
}

const COLUMNS = `id, item_key as "itemKey", release_key as "releaseKey", title, reason, evidence, source,
  created_at as "createdAt", expires_at as "expiresAt"`;

/** What is blocked for an item or for all, as the decision reads it; what has expired is left out. */
export async function blockedKeys(db: Queryable, itemKey: string): Promise<BlockedKey[]> {
  const { rows } = await db.query<{ key: string; expiresAt: Date | null }>(
    `select release_key as key, expires_at as "expiresAt" from blocklist
     where item_key in ($1, $2) and (expires_at is null or expires_at > now())`,
    [itemKey, EVERY_ITEM],
  );
  return rows.map(({ key, expiresAt }) => ({ key, expiresAt: expiresAt?.getTime() ?? null }));
}

/** A repeat renews the entry; one that never expires is not shortened by one that does. */
export async function saveBlocked(
  db: Queryable,
  { itemKey, title, entry }: { itemKey: string; title: string; entry: BlocklistEntry },
): Promise<void> {
  const { key, scope, reason, evidence, source, createdAt, expiresAt } = entry;
  await db.query(
    `insert into blocklist as b (item_key, release_key, title, reason, evidence, source, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (item_key, release_key) do update set title = $3, reason = $4, evidence = $5, source = $6, created_at = $7,
       expires_at = case when b.expires_at is not null then $8::timestamptz end`,
    [
      scope === 'global' ? EVERY_ITEM : itemKey,
      key,
      title,
      reason,
      evidence,
      source,
      new Date(createdAt),
      expiresAt === null ? null : new Date(expiresAt),
    ],
  );
}

/** The newest first, expired ones too: they say what was tried. */
export async function listBlocked(
  db: Queryable,
  { itemKey, before, limit }: { itemKey: string | undefined; before: number | undefined; limit: number },
): Promise<BlockedRow[]> {
  const { rows } = await db.query<BlockedRow>(
    `select ${COLUMNS} from blocklist where ($1::text is null or item_key in ($1, $2)) and ($3::bigint is null or id < $3)
     order by id desc limit $4`,
    [itemKey ?? null, EVERY_ITEM, before ?? null, limit],
  );
  return rows;
}

/** The entry that is no more; undefined where there was none. */
export async function deleteBlocked(db: Queryable, id: number): Promise<BlockedRow | undefined> {
  const { rows } = await db.query<BlockedRow>(`delete from blocklist where id = $1 returning ${COLUMNS}`, [
    id,
  ]);
  return rows[0];
}
