import type { DirectFile, FileAccess } from '../../../domain/acquisition/download.js';
import type { SourceConnection } from '../direct-source.js';
import { isHome } from '../follow.js';
import { parseUrl } from '../parse-url.js';
import { reachFile } from './file.js';

/**
 * A GET of one byte, and not a HEAD: a server may answer the two with different redirects, and a client sends its
 * headers to every host that a GET leads it to.
 */
const ONE_BYTE = { maxBytes: 1, headers: { range: 'bytes=0-0' } };

/**
 * Where the files at the catalogue's own address are now, and what is sent along: the user there, nothing elsewhere.
 * A client is given the end of the redirects, so that it follows none with our header.
 * @throws as lookAtFile
 */
export async function openFiles(
  connection: SourceConnection,
  files: readonly DirectFile[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, FileAccess>> {
  const access = new Map<string, FileAccess>();
  for (const { url, path } of connection.hasUser ? files : []) {
    const address = parseUrl(url, connection.home);
    if (address === undefined || !isHome(address, connection.home)) continue;
    access.set(path, await openFile(connection, url, signal));
  }
  return access;
}

async function openFile(
  connection: SourceConnection,
  link: string,
  signal: AbortSignal,
): Promise<FileAccess> {
  const { home, guard, homeHeaders = {}, timeoutMs } = connection;
  const { url } = await reachFile(connection, link, { ...ONE_BYTE, timeoutMs, signal });
  return isHome(url, home)
    ? { url: url.href, headers: homeHeaders }
    : { url: guard.strip(url).href, headers: {} };
}
