import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

import { HOUR_MS } from '../../domain/durations.js';
import { Fault } from '../../domain/faults.js';
import { RECONCILED_CHECKS, well, type HealthResult } from '../../domain/health/check.js';
import { logicalPath } from '../../domain/logical-path.js';
import { diskFault } from '../../integrations/files/disk-faults.js';
import { listDownloadClients, type DownloadClientRow } from '../../store/acquisition/download-clients.js';
import { usedDirectories } from '../../store/acquisition/known-downloads.js';
import { listHealthChecks, recordHealthChecks } from '../../store/health-checks.js';
import type { ActivityDeps } from '../deps.js';
import { defineSteps, type StepContext, type StepsOf } from '../jobs/step.js';
import { reconcileClient } from './reconcile-client.js';

export interface Reconciled {
  known: number;
  adopted: number;
  unknown: number;
  missing: number;
  told: number;
  /** Folders of downloads that belong to none. */
  folders: number;
  /** Clients that did not answer. */
  failed: string[];
}

/** A health check shows so many names. */
const MOST_NAMES = 5;
/** A folder is made before its download is in the client. */
const YOUNG_MS = HOUR_MS;

export const steps = defineSteps((deps: ActivityDeps) => ({
  /** One client that does not answer hides nothing of the others; what was said of it before stands. */
  reconcileClients: async ({ dryRun }: { dryRun: boolean }, step: StepContext): Promise<Reconciled> => {
    const result: Reconciled = {
      ...{ known: 0, adopted: 0, unknown: 0, missing: 0, told: 0, folders: 0, failed: [] },
    };
    const checks: HealthResult[] = [];
    for (const client of (await listDownloadClients(deps.db)).filter(({ enabled }) => enabled)) {
      const check = await lookAt(deps, { client, dryRun, result }, step);
      if (check === undefined) result.failed.push(client.id);
      else checks.push(check);
    }
    const folders = await orphanFolders(deps);
    result.folders = folders.length;
    const earlier = (await listHealthChecks(deps.db)).filter(
      ({ kind, subject }) => kind === 'unknown_item' && result.failed.includes(subject),
    );
    if (!dryRun) {
      const results = [...checks, ...earlier, folderCheck(folders)];
      await recordHealthChecks(deps.db, { kinds: RECONCILED_CHECKS, results });
    }
    step.log('info', `${result.adopted} are followed again, ${result.unknown} belong to nobody`, result);
    return result;
  },
}));

export type ReconcileSteps = StepsOf<typeof steps>;

async function lookAt(
  deps: ActivityDeps,
  { client, dryRun, result }: { client: DownloadClientRow; dryRun: boolean; result: Reconciled },
  step: StepContext,
): Promise<HealthResult | undefined> {
  try {
    const { unknown, ...counts } = await reconcileClient(deps, { client, dryRun }, step);
    for (const name of ['known', 'adopted', 'missing', 'told'] as const) result[name] += counts[name];
    result.unknown += unknown.length;
    for (const name of unknown) step.log('warn', `${client.name}: ${name} bears Longplay’s mark`);
    return clientCheck(client, unknown);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    step.log('warn', `${client.name}: ${error.message}`);
    return undefined;
  }
}

function clientCheck({ id, name }: DownloadClientRow, unknown: readonly string[]): HealthResult {
  if (unknown.length === 0) return well('unknown_item', id, `All that ${name} has of Longplay is known`);
  return {
    kind: 'unknown_item',
    subject: id,
    level: 'warning',
    message: `${name} has ${unknown.length} items with Longplay’s mark that belong to nobody: ${namesOf(unknown)}`,
    remedy: `Remove them in ${name} if nobody wants them: Longplay does not touch what it does not know`,
  };
}

function folderCheck(folders: readonly string[]): HealthResult {
  const subject = 'downloads:';
  if (folders.length === 0)
    return well('orphan_folder', subject, 'Every folder of a download belongs to one');
  return {
    kind: 'orphan_folder',
    subject,
    level: 'warning',
    message: `${folders.length} folders belong to no download: ${namesOf(folders)}`,
    remedy: 'Delete them if no library links to their files',
  };
}

function namesOf(names: readonly string[]): string {
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
  return `${names.slice(0, MOST_NAMES).join(', ')}${more}`;
}

/** Folders that we have made for a download, and that no open one has. */
async function orphanFolders({ db, roots }: ActivityDeps): Promise<string[]> {
  const root = roots.resolve(logicalPath('downloads', ''));
  const names = await readdir(root).catch((error: unknown) => {
    throw diskFault(error);
  });
  const own = names.filter((name) => /^dl-[0-9a-z]+$/.test(name));
  const used = await usedDirectories(
    db,
    own.map((name) => logicalPath('downloads', name)),
  );
  const unused = own.map((name) => logicalPath('downloads', name)).filter((folder) => !used.has(folder));
  const old = await Promise.all(
    unused.map((folder) => isOld(path.join(root, path.basename(folder.split(':')[1] ?? '')))),
  );
  return unused.filter((_folder, at) => old[at]);
}

async function isOld(folder: string): Promise<boolean> {
  const found = await stat(folder).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > YOUNG_MS;
}
