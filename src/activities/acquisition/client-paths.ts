import { toLogical, toRemote } from '../../domain/acquisition/path-mapping.js';
import { Fault } from '../../domain/faults.js';
import type { LogicalPath } from '../../domain/logical-path.js';
import type { Roots } from '../../integrations/files/roots.js';
import type { DownloadClientRow } from '../../store/acquisition/download-clients.js';

type MappedClient = Pick<DownloadClientRow, 'name' | 'pathMappings'>;

/** A directory of ours as its client sees it: by its mappings, else under the same name as here. */
export function clientDirectory({ roots }: { roots: Roots }, client: MappedClient, logical: string): string {
  const remote = toRemote(client.pathMappings, logical, roots.folderOf);
  return remote ?? roots.resolve(logical);
}

/** Where a client's directory is here; undefined for one that neither a mapping nor a root covers. */
export function logicalDirectory(
  { roots }: { roots: Roots },
  client: MappedClient,
  remote: string,
): LogicalPath | undefined {
  const mapped = toLogical(client.pathMappings, remote);
  if (mapped !== undefined) return mapped;
  try {
    return roots.toLogical(remote);
  } catch (error) {
    if (error instanceof Fault && error.kind === 'bad_input') return undefined;
    throw error;
  }
}

/** Names both sides, so that the missing pair can be read off (acquisition.md §4.4). */
export function unmappedDirectory({ roots }: { roots: Roots }, client: MappedClient, remote: string): string {
  const expected = roots.folderOf('downloads');
  return `${client.name} has its files in "${remote}", which is no folder of this host's roots (downloads are in "${expected}"); add a path mapping to the client`;
}
