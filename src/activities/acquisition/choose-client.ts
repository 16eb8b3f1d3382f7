import { pickClient, type OfferedClient } from '../../domain/acquisition/pick-client.js';
import { PROTOCOLS, type Protocol } from '../../domain/acquisition/release.js';
import { Fault } from '../../domain/faults.js';
import { openByClient } from '../../store/acquisition/space.js';
import { listDownloadClients, type DownloadClientRow } from '../../store/acquisition/download-clients.js';
import { openClient, type ConnectDeps } from './connect.js';

/** @throws Fault environment (client_unreachable) when nobody that is enabled fetches this protocol. */
export async function chooseClient(deps: ConnectDeps, protocol: Protocol): Promise<DownloadClientRow> {
  const client = pickClient(await offeredClients(deps), protocol);
  if (client !== undefined) return client;
  throw new Fault('environment', `No download client that is enabled fetches ${protocol} releases`, {
    waitingReason: 'client_unreachable',
    remedy: 'Add one in the settings, or install aria2 for the embedded one',
  });
}

/**
 * Releases of other protocols are refused at the decision. Without any client nothing is: that a grab waits for one
 * says more than that no release fits.
 */
export async function fetchableProtocols(deps: ConnectDeps): Promise<readonly Protocol[]> {
  const enabled = (await offeredClients(deps)).filter((client) => client.enabled);
  if (enabled.length === 0) return PROTOCOLS;
  return [...new Set(enabled.flatMap(({ protocols }) => protocols))];
}

/** All clients, with what each fetches and whether it answers. */
export async function offeredClients(deps: ConnectDeps): Promise<(DownloadClientRow & OfferedClient)[]> {
  const rows = await listDownloadClients(deps.db);
  const open = await openByClient(deps.db);
  return rows.map((row) => ({
    ...row,
    protocols: openClient(deps, row).protocols,
    isReachable: row.unreachableSince === null,
    open: open.get(row.id) ?? 0,
  }));
}
