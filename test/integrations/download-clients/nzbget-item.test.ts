import { describe, expect, it } from '@jest/globals';

import type { DownloadItem } from '../../../src/domain/acquisition/download.js';
import {
  groupToItem,
  historyToItem,
  type QueueState,
} from '../../../src/integrations/download-clients/nzbget/item.js';
import { group, historyItem } from '../../../src/integrations/download-clients/nzbget/records.js';

const GIB = 2 ** 30;
const running: QueueState = { paused: 'no', bytesPerSecond: 3_000, connections: 3 };

/** A queue entry as NZBGet writes it, 5 GiB of which 1 GiB is left. */
const entry = (more: object = {}) =>
  group.parse({
    NZBID: 7,
    NZBName: 'A book [lp-0123456789abcdef]',
    Status: 'DOWNLOADING',
    ActiveDownloads: 2,
    FileSizeLo: GIB,
    FileSizeHi: 1,
    RemainingSizeLo: GIB,
    RemainingSizeHi: 0,
    PausedSizeLo: 0,
    PausedSizeHi: 0,
    DestDir: '/inter/a',
    Parameters: [
      { Name: 'lp', Value: 'lp-0123456789abcdef' },
      { Name: 'lp-owner', Value: 'download-1' },
    ],
    ...more,
  });

const past = (more: object = {}) =>
  historyItem.parse({
    NZBID: 7,
    Name: 'A book',
    Status: 'SUCCESS/ALL',
    FileSizeLo: -1,
    DestDir: '/dst/a',
    ...more,
  });

describe('groupToItem', () => {
  it('tells sizes above 4 GiB, its share of the speed, tag and owner', () => {
    expect(groupToItem(entry({ Category: 'books' }), running)).toEqual({
      clientItemId: 'lp-0123456789abcdef',
      owners: ['download-1'],
      category: 'books',
      name: 'A book',
      state: 'active',
      totalBytes: 5 * GIB,
      completedBytes: 4 * GIB,
      uploadedBytes: 0,
      downloadBytesPerSecond: 2_000,
      connections: 2,
    });
  });

  it("names a stranger's item by its number", () => {
    expect(groupToItem(entry({ Parameters: [] }), running)).toMatchObject({ clientItemId: 'nzbget-7' });
  });

  it.each<[object, Partial<QueueState>, string]>([
    [{ Status: 'QUEUED', ActiveDownloads: 0 }, {}, 'queued'],
    [{ ActiveDownloads: 0 }, {}, 'queued'],
    [{ Status: 'FETCHING', ActiveDownloads: 0 }, {}, 'active'],
    [{ Status: 'PAUSED' }, {}, 'paused'],
    [{ PausedSizeLo: GIB }, {}, 'paused'],
    [{}, { paused: 'by_person' }, 'paused'],
    [{}, { paused: 'disk_full' }, 'held environment'],
    [{}, { newsServerTrouble: 'Authorization failed' }, 'held environment'],
    [{ Status: 'QUEUED', ActiveDownloads: 0 }, { newsServerTrouble: 'Authorization failed' }, 'queued'],
    [{ Status: 'PAUSED', Health: 800, CriticalHealth: 900 }, {}, 'failed release'],
    [{ Health: 800, CriticalHealth: 900 }, {}, 'active'],
    [{ Status: 'WONDERING' }, {}, 'held unknown'],
    ...[
      'PP_QUEUED',
      'LOADING_PARS',
      'VERIFYING_SOURCES',
      'REPAIRING',
      'VERIFYING_REPAIRED',
      'RENAMING',
      'UNPACKING',
      'MOVING',
      'POST_UNPACK_RENAMING',
      'EXECUTING_SCRIPT',
      'PP_FINISHED',
    ].map((Status): [object, object, string] => [
      { Status, RemainingSizeLo: 0, ActiveDownloads: 0 },
      { paused: 'by_person' },
      'checking',
    ]),
  ])('takes %j with the queue %j for %s', (more, queue, outcome) => {
    const item = groupToItem(entry(more), { ...running, ...queue });
    expect(outcomeOf(item)).toBe(outcome);
  });
});

describe('historyToItem', () => {
  it('tells the final folder of what is complete, and the first one where there is none', () => {
    expect(historyToItem(past({ FinalDir: '/final/a' }), undefined)).toMatchObject({ directory: '/final/a' });
    expect(historyToItem(past(), undefined)).toMatchObject({
      state: 'complete',
      directory: '/dst/a',
      completedBytes: 2 ** 32 - 1,
    });
  });

  it.each<[object, string]>([
    [
      { ParStatus: 'SUCCESS', UnpackStatus: 'SUCCESS', MoveStatus: 'SUCCESS', ScriptStatus: 'SUCCESS' },
      'complete',
    ],
    [{ ParStatus: 'FAILURE' }, 'failed release'],
    [{ UnpackStatus: 'FAILURE' }, 'failed release'],
    [{ UnpackStatus: 'PASSWORD' }, 'failed release'],
    [{ UnpackStatus: 'SPACE' }, 'held environment'],
    [{ MoveStatus: 'FAILURE' }, 'held environment'],
    [{ ScriptStatus: 'FAILURE' }, 'held unknown'],
    [{ ParStatus: 'REPAIR_POSSIBLE' }, 'held unknown'],
    [{ ParStatus: 'MANUAL' }, 'held unknown'],
    [{ UnpackStatus: 'SOMETHING' }, 'held unknown'],
    [{ DeleteStatus: 'MANUAL' }, 'removedExternally'],
    [{ DeleteStatus: 'MANUAL', MarkStatus: 'BAD' }, 'failed release'],
    [{ DeleteStatus: 'SOMETHING' }, 'held unknown'],
    [{ MarkStatus: 'BAD' }, 'failed release'],
    [{ ParStatus: 'MANUAL', MarkStatus: 'SUCCESS' }, 'complete'],
    ...['HEALTH', 'DUPE', 'SCAN', 'COPY', 'BAD'].map((DeleteStatus): [object, string] => [
      { DeleteStatus },
      'failed release',
    ]),
  ])('takes %j for %s', (more, outcome) => {
    const item = historyToItem(past(more), undefined);
    expect(outcomeOf(item)).toBe(outcome);
    expect(item.directory === undefined).toBe(outcome !== 'complete');
  });

  it('blames the machine where the log does, and never the release then', () => {
    for (const part of ['ParStatus', 'UnpackStatus']) {
      const item = historyToItem(past({ [part]: 'FAILURE' }), 'Could not start unrar');
      expect(item).toMatchObject({
        state: 'held',
        fault: { blame: 'environment', message: 'Could not start unrar' },
      });
    }
  });
});

/** Its state, and whom it blames. */
function outcomeOf({ state, fault }: DownloadItem): string {
  return fault === undefined ? state : `${state} ${fault.blame}`;
}
