import { findDownloadClient } from '../../../src/store/acquisition/download-clients.js';
import { openDownloads } from '../../../src/store/acquisition/polled-downloads.js';
import { pollClient } from '../../../src/workers/poll-client.js';
import { startAria2Process, type Aria2Process } from '../../support/aria2-process.js';
import { createFixture, type Fixture } from './fixture.js';
import { storeAria2 } from './stored-downloads.js';

export interface Aria2Fixture extends Fixture {
  aria2: Aria2Process;
}

/** A fixture with a real aria2 as its download client. */
export async function createAria2Fixture(): Promise<Aria2Fixture> {
  const fixture = await createFixture();
  const aria2 = await startAria2Process(fixture.folder);
  await storeAria2(fixture, aria2);
  return {
    ...fixture,
    aria2,
    close: async () => {
      await aria2.stop();
      await fixture.close();
    },
  };
}

/** One pass of the poller; false when the client could not be reached. */
export async function pollAria2(
  { deps }: Pick<Fixture, 'deps'>,
  { trusted = true }: { trusted?: boolean } = {},
): Promise<boolean> {
  const client = await findDownloadClient(deps.db, 'aria2');
  if (client === undefined) throw new Error('There is no client "aria2"');
  const downloads = await openDownloads(deps.db, 'aria2');
  return pollClient(deps, { client, downloads, trusted, signal: AbortSignal.timeout(20_000) });
}
