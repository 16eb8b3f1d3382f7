import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { choosePort } from '../../../src/embedded/ports.js';
import { createQbittorrentApi } from '../../../src/integrations/download-clients/qbittorrent/api.js';
import { createQbittorrentClient } from '../../../src/integrations/download-clients/qbittorrent/client.js';
import { createQbittorrentSession } from '../../../src/integrations/download-clients/qbittorrent/session.js';
import { describeWith } from '../../support/installed.js';
import { startQbittorrent } from '../../support/torrent-daemons.js';
import { describeDownloadClient } from './contract.js';

describeWith('qbittorrent-nox', 'qBittorrent is not tested')('the real qBittorrent', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'longplay-qbittorrent-'));
  describeDownloadClient({
    name: 'qbittorrent',
    folder,
    abilities: { magnets: true, tags: true, noticesLostData: true },
    start: async () => {
      const { baseUrl, username, secret, ...daemon } = await startQbittorrent(path.join(folder, 'profile'));
      const id = 'qbittorrent';
      return {
        ...daemon,
        client: createQbittorrentClient({ id, baseUrl, username, secret }),
        refused: createQbittorrentClient({ id, baseUrl, username, secret: 'wrong' }),
        unreachable: createQbittorrentClient({
          ...{ id, username, secret, baseUrl: `http://127.0.0.1:${await choosePort(0)}` },
        }),
        addAsSomebody: async (torrent, directory) => {
          const session = createQbittorrentSession(
            { baseUrl, username, secret },
            { onLogin: () => undefined },
          );
          const form = new FormData();
          form.set('torrents', new Blob([new Uint8Array(torrent.bytes)]), 'somebody.torrent');
          for (const [name, value] of Object.entries({
            savepath: directory,
            tags: 'theirs',
            ratioLimit: '3',
          }))
            form.set(name, value);
          await createQbittorrentApi(session).send(
            { path: 'torrents/add', form },
            AbortSignal.timeout(10_000),
          );
        },
      };
    },
  });
});
