import { chmod, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import type { ActivityDeps } from '../activities/deps.js';
import { createLoginLink } from '../api/access/login-link.js';
import { countTokens, createToken, findLiveToken, hashSecret, revokeToken } from '../store/tokens.js';
import { TOKEN_FILE } from './connection.js';

/** How this machine's owner gets in. */
export interface OwnerAccess {
  /** In the data folder too, where the command line finds it; ends with this process. */
  token: string;
  /** Logs one browser in; at the first start only. */
  loginLink: string | undefined;
  close: () => Promise<void>;
}

export async function openAccess(
  { db, log }: Pick<ActivityDeps, 'db' | 'log'>,
  { dataFolder, url, by }: { dataFolder: string; url: string; by: string },
): Promise<OwnerAccess> {
  const isFirst = (await countTokens(db)) === 0;
  const file = path.join(dataFolder, TOKEN_FILE);
  await revokeFormer(db, file);
  const name = 'command line';
  const { id, secret } = await createToken(db, { name, role: 'super_admin', createdBy: by });
  await writeFile(file, `${secret}\n`, { mode: 0o600 });
  await chmod(file, 0o600);
  return {
    token: secret,
    loginLink: isFirst ? await createLoginLink({ db }, { baseUrl: reachable(url) }) : undefined,
    close: async () => {
      await revokeToken(db, id).catch((error: unknown) => {
        log.warn(
          { err: error },
          'the token of the command line could not be revoked; the next start does it',
        );
      });
    },
  };
}

/** A process that was killed could not revoke its token. */
async function revokeFormer(db: ActivityDeps['db'], file: string): Promise<void> {
  const secret = (await readFile(file, 'utf8').catch(() => '')).trim();
  const former = secret === '' ? undefined : await findLiveToken(db, hashSecret(secret));
  if (former !== undefined) await revokeToken(db, former.id);
}

/** One that listens on every address is reached by this one. */
function reachable(url: string): string {
  return url.replace(/^http:\/\/(0\.0\.0\.0|\[::\]):/, 'http://127.0.0.1:');
}
