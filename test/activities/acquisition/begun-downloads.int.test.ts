import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { addToClient } from '../../../src/activities/acquisition/add-to-client.js';
import type { AddDownload } from '../../../src/integrations/download-clients/port.js';
import { contentOf, findDownload, planDownload } from '../../../src/store/acquisition/downloads.js';
import { createAria2Fixture, type Aria2Fixture } from './aria2-fixture.js';
import { storeSeeding } from './stored-downloads.js';

let fixture: Aria2Fixture;

beforeEach(async () => {
  fixture = await createAria2Fixture();
});

afterEach(() => fixture.close());

describe('a download that a client was asked for', () => {
  it('is known as such when the client ends in the middle of it, until it is planned anew', async () => {
    const { deps } = fixture;
    const { download } = await storeSeeding(fixture, { state: 'downloading' });
    const { integrations, db } = deps;
    const begun: AddDownload['begun'][] = [];
    const asked = async ({ begun: before, onBegin }: AddDownload): Promise<void> => {
      begun.push(before);
      await onBegin?.();
      throw new Error('the client was killed');
    };
    const add = (): Promise<boolean> =>
      addToClient(
        {
          ...deps,
          integrations: {
            ...integrations,
            keptDownloadClient: (settings) => ({ ...integrations.keptDownloadClient(settings), add: asked }),
          },
        },
        download.id,
        {
          resume: true,
          access: new Map(),
          signal: AbortSignal.timeout(20_000),
          fence: () => Promise.resolve(),
        },
      );
    await expect(add()).rejects.toThrow('the client was killed');
    const { begunAt } = (await findDownload(db, download.id)) ?? {};
    expect(begunAt).toBeInstanceOf(Date);
    await expect(add()).rejects.toThrow('the client was killed');
    expect(begun).toEqual([false, true]);
    expect(await findDownload(db, download.id)).toMatchObject({ begunAt });
    const content = await contentOf(db, download.id);
    if (content === undefined) throw new Error('unreachable');
    const { indexerId, guid } = download;
    await planDownload(db, { ...download, indexerId: indexerId ?? '', guid: guid ?? '', content });
    expect(await findDownload(db, download.id)).toMatchObject({ begunAt: null });
  });
});
