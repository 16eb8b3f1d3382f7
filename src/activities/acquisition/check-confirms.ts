import { well, type HealthResult } from '../../domain/health/check.js';
import { noteUnconfirmed, unconfirmedRequests } from '../../store/acquisition/waiting-requests.js';
import type { Queryable } from '../../store/database.js';

/** acquisition.md §6 "alert at 24 h". */
const HOURS = 24;

/** Requests that are filed, and whose library does not show it; each says so once in its own timeline too. */
export async function checkConfirms(db: Queryable): Promise<HealthResult[]> {
  const late = await unconfirmedRequests(db, HOURS);
  if (late.length === 0) return [well('library_confirm', '', 'Libraries show what is filed')];
  return Promise.all(
    late.map(async ({ id, title, libraryName, detail }): Promise<HealthResult> => {
      const message = `${libraryName} has not shown "${title}" for ${HOURS} hours (${detail ?? 'it is filed'})`;
      await noteUnconfirmed(db, { requestId: id, detail: message });
      const remedy = `Look whether ${libraryName} scans that folder, and whether its path mapping fits; the request goes on looking`;
      return { kind: 'library_confirm', subject: id, level: 'warning', message, remedy };
    }),
  );
}
