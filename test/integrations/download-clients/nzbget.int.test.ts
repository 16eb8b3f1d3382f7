import { mkdtempSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { describe, it } from '@jest/globals';

import { choosePort } from '../../../src/embedded/ports.js';
import { createNzbgetClient } from '../../../src/integrations/download-clients/nzbget/client.js';
import { startCuttable } from '../../support/cut.js';
import { startNntpServer } from '../../support/nntp-server.js';
import { CONTROL, missingUsenetPrograms, NEWS_LOGIN, startNzbget } from '../../support/nzbget.js';
import { describeUsenetClient } from './usenet-contract.js';

const missing = missingUsenetPrograms();

if (missing.length > 0) {
  describe.skip(`the usenet client NZBGet: not installed: ${missing.join(', ')}`, () => {
    it('is skipped', () => undefined);
  });
} else {
  const folder = mkdtempSync(path.join(tmpdir(), 'longplay-nzbget-'));
  describeUsenetClient({
    name: 'NZBGet',
    folder,
    start: async () => {
      const news = await startNntpServer({ login: NEWS_LOGIN });
      const nzbget = await startNzbget({ folder: path.join(folder, 'nzbget'), news });
      // Before it has finished anything it cannot tell the space of a folder that is not there.
      await mkdir(nzbget.destination, { recursive: true });
      const way = await startCuttable(nzbget.port);
      const at = (port: number, secret = CONTROL.secret) =>
        createNzbgetClient({
          id: 'nzbget',
          baseUrl: `http://127.0.0.1:${port}`,
          username: CONTROL.username,
          secret,
        });
      return {
        client: at(way.port),
        unreachable: at(await choosePort(0)),
        refused: at(way.port, 'wrong-one'),
        secret: CONTROL.secret,
        way,
        addWord: '"append"',
        news,
        kill: nzbget.kill,
        restart: nzbget.start,
        stop: async () => {
          await nzbget.stop();
          await way.close();
          await news.close();
        },
      };
    },
  });
}
