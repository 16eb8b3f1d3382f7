import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { z } from 'zod';

import { choosePort } from '../../../src/embedded/ports.js';
import { createTransmissionClient } from '../../../src/integrations/download-clients/transmission/client.js';
import { createTransmissionRpc } from '../../../src/integrations/download-clients/transmission/rpc.js';
import { describeWith } from '../../support/installed.js';
import { startTransmission } from '../../support/torrent-daemons.js';
import { describeDownloadClient } from './contract.js';

describeWith('transmission-daemon', 'Transmission is not tested')('the real Transmission', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'longplay-transmission-'));
  describeDownloadClient({
    name: 'transmission',
    folder,
    abilities: { magnets: true, tags: true, noticesLostData: true, forgets: true },
    start: async () => {
      const { baseUrl, username, secret, ...daemon } = await startTransmission(path.join(folder, 'config'));
      const id = 'transmission';
      return {
        ...daemon,
        client: createTransmissionClient({ id, baseUrl, username, secret }),
        refused: createTransmissionClient({ id, baseUrl, username, secret: 'wrong' }),
        unreachable: createTransmissionClient({
          ...{ id, username, secret, baseUrl: `http://127.0.0.1:${await choosePort(0)}` },
        }),
        addAsSomebody: async (torrent, directory) => {
          const rpc = createTransmissionRpc({ baseUrl, username, secret });
          const metainfo = Buffer.from(torrent.bytes).toString('base64');
          await rpc.call(
            'torrent-add',
            { metainfo, 'download-dir': directory },
            z.object({}),
            AbortSignal.timeout(10_000),
          );
        },
      };
    },
  });
});
