import type { Role } from '../../domain/access/role.js';
import type { Queryable } from '../../store/database.js';
import { issueToken } from '../../store/tokens.js';

const LIFE_MS = 24 * 3_600_000;

/** A link that logs one browser in, once, within 24 h; default: the owner, who may do everything. */
export async function createLoginLink(
  { db }: { db: Queryable },
  link: { baseUrl: string; name?: string; role?: Role; createdBy?: string },
): Promise<string> {
  const { secret } = await issueToken(db, {
    name: link.name ?? 'owner',
    role: link.role ?? 'super_admin',
    kind: 'login_link',
    createdBy: link.createdBy ?? 'longplay',
    expiresAt: new Date(Date.now() + LIFE_MS),
  });
  return `${link.baseUrl}/login?token=${secret}`;
}
