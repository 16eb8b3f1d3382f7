import { stat } from 'node:fs/promises';

import { Fault, normalizeError } from '../../domain/faults.js';
import { well, type HealthResult } from '../../domain/health/check.js';
import { tryConnection } from '../../integrations/connection-test.js';
import type { ClientCheck, DownloadClient } from '../../integrations/download-clients/port.js';
import type { Roots } from '../../integrations/files/roots.js';
import { listDownloadClients, type DownloadClientRow } from '../../store/acquisition/download-clients.js';
import { openDownloads } from '../../store/acquisition/polled-downloads.js';
import { logicalDirectory, unmappedDirectory } from './client-paths.js';
import { openClient, type ConnectDeps } from './connect.js';
import { levelOfFailure, type EarlierChecks } from './health-level.js';

interface Look {
  earlier: EarlierChecks;
  signal: AbortSignal;
}

/** Whether each answers, what of its settings is against us (no. 58), and whether we find its files. */
export async function checkClients(
  deps: ConnectDeps & { roots: Roots },
  look: Look,
): Promise<HealthResult[]> {
  const rows = (await listDownloadClients(deps.db)).filter(({ enabled }) => enabled);
  return (await Promise.all(rows.map((row) => checkClient(deps, row, look)))).flat();
}

async function checkClient(
  deps: ConnectDeps & { roots: Roots },
  row: DownloadClientRow,
  { earlier, signal }: Look,
): Promise<HealthResult[]> {
  const client = openClient(deps, row);
  const secret = row.secret === null ? undefined : deps.seal.open(row.secret);
  const told: ClientCheck[] = [];
  const test = await tryConnection(
    secret,
    async (own) => {
      const { product, version } = await client.probe(own);
      told.push(await client.check(own));
      return `${product} ${version} answers`;
    },
    { signal },
  );
  const mappings = await checkMappings(deps, row, { client, check: told[0] });
  if (test.ok) return [well('download_client', row.id, test.detail), settingsOf(row, told[0]), mappings];
  const { detail: message, remedy } = test;
  const about = { kind: 'download_client', subject: row.id } as const;
  return [{ ...about, level: levelOfFailure(test, { earlier, ...about }), message, remedy }, mappings];
}

function settingsOf({ id, name }: DownloadClientRow, check: ClientCheck | undefined): HealthResult {
  const warnings = check?.warnings ?? [];
  if (warnings.length === 0) return well('client_settings', id, `${name} has settings that fit`);
  return {
    kind: 'client_settings',
    subject: id,
    level: 'warning',
    message: warnings.map(({ message }) => message).join('; '),
    remedy: warnings.map(({ remedy }) => remedy).join('; '),
  };
}

/** A mapping to nowhere, a folder of the client that none covers, and downloads that were not found for that. */
async function checkMappings(
  { db, roots }: ConnectDeps & { roots: Roots },
  row: DownloadClientRow,
  { client, check }: { client: DownloadClient; check: ClientCheck | undefined },
): Promise<HealthResult> {
  const missing = await Promise.all(row.pathMappings.map((mapping) => missingTarget(roots, mapping)));
  // Others are told where to put each item.
  const chooses = client.protocols.includes('usenet') ? check?.saveDirectory : undefined;
  const isLost = chooses !== undefined && logicalDirectory({ roots }, row, chooses) === undefined;
  const faults = (await openDownloads(db, row.id)).flatMap(({ directoryFault }) => directoryFault ?? []);
  const problems = [
    ...missing.filter((problem) => problem !== undefined),
    ...(isLost ? [unmappedDirectory({ roots }, row, chooses)] : []),
    ...faults,
  ];
  if (problems.length === 0) return well('path_mapping', row.id, `What ${row.name} names is found here`);
  return {
    kind: 'path_mapping',
    subject: row.id,
    level: 'error',
    message: [...new Set(problems)].join('; '),
    remedy: `Set the path mappings of ${row.id}: the folder as the client sees it, and the same one here`,
  };
}

async function missingTarget(
  roots: Roots,
  { remote, logical }: { remote: string; logical: string },
): Promise<string | undefined> {
  try {
    await stat(roots.resolve(logical));
    return undefined;
  } catch (error) {
    const why = error instanceof Fault ? error.message : normalizeError(error).message;
    return `"${remote}" is mapped to ${logical}, which cannot be used: ${why}`;
  }
}
