import { describe, expect, it } from '@jest/globals';

import type { DownloadItem } from '../../../src/domain/acquisition/download.js';
import { blameOf } from '../../../src/integrations/download-clients/sabnzbd/fail-message.js';
import {
  historyToItem,
  queueToItems,
  type QueueState,
} from '../../../src/integrations/download-clients/sabnzbd/item.js';
import {
  bytesOfSetting,
  historyPage,
  queuePage,
  type HistorySlot,
  type QueueSlot,
} from '../../../src/integrations/download-clients/sabnzbd/records.js';
import { ownFolder } from '../../../src/integrations/download-clients/sabnzbd/storage.js';

const TAG = 'lp-0123456789abcdef';
const running: QueueState = { paused: 'no', bytesPerSecond: 5_000 };

/** Queue entries as SABnzbd writes them. */
function slots(...entries: object[]): QueueSlot[] {
  const all = entries.map((more, at) => ({
    ...{ nzo_id: `SABnzbd_nzo_${at}`, filename: `A book [${TAG}]`, status: 'Downloading' },
    ...{ mb: '10.00', mbleft: '4.00', cat: '*', priority: 'Normal' },
    ...more,
  }));
  const queue = { paused: false, kbpersec: '1.0', diskspace1: '1.0', diskspace2: '1.0', noofslots: 1 };
  return queuePage.parse({ queue: { ...queue, slots: all } }).slots;
}

function past(more: object): HistorySlot {
  const slot = {
    ...{ nzo_id: 'SABnzbd_nzo_1', name: `A book [${TAG}]`, status: 'Completed', bytes: 1_000 },
    ...{ storage: `/complete/A book [${TAG}]`, category: 'audio', fail_message: '' },
    ...more,
  };
  const [parsed] = historyPage.parse({ history: { noofslots: 1, slots: [slot] } }).slots;
  if (parsed === undefined) throw new Error('Expected a slot');
  return parsed;
}

/** Its state, and whom it blames. */
function outcomeOf({ state, fault }: DownloadItem): string {
  return fault === undefined ? state : `${state} ${fault.blame}`;
}

describe('queueToItems', () => {
  it('tells bytes, category and the speed of what is downloaded now', () => {
    expect(queueToItems(slots({ cat: 'audio' }), running)).toEqual([
      {
        clientItemId: TAG,
        name: 'A book',
        category: 'audio',
        state: 'active',
        totalBytes: 10_485_760,
        completedBytes: 6_291_456,
        uploadedBytes: 0,
        downloadBytesPerSecond: 5_000,
      },
    ]);
  });

  it("names a stranger's item by its number", () => {
    expect(queueToItems(slots({ filename: 'of somebody' }), running)).toMatchObject([
      { clientItemId: 'SABnzbd_nzo_0', name: 'of somebody' },
    ]);
  });

  it('calls queued what waits for the first one, though SABnzbd calls all Downloading', () => {
    const items = queueToItems(slots({}, { mbleft: '10.00' }, { mbleft: '9.00' }), running);
    expect(items.map(({ state }) => state)).toEqual(['active', 'queued', 'active']);
    expect(items.map(({ downloadBytesPerSecond }) => downloadBytesPerSecond)).toEqual([5_000, 0, 0]);
  });

  it.each<[object, Partial<QueueState>, string]>([
    [{ status: 'Idle' }, {}, 'queued'],
    [{ status: 'Grabbing' }, {}, 'queued'],
    [{ status: 'Queued' }, {}, 'queued'],
    [{ status: 'Propagating' }, {}, 'queued'],
    [{ status: 'Checking' }, {}, 'active'],
    [{ status: 'Fetching' }, {}, 'active'],
    [{ mbleft: '0.00' }, {}, 'checking'],
    [{ status: 'Paused' }, {}, 'paused'],
    [{}, { paused: 'by_person' }, 'paused'],
    [{ priority: 'Force' }, { paused: 'by_person' }, 'active'],
    [{}, { paused: 'disk_full' }, 'held environment'],
    [{ status: 'Deleted' }, {}, 'removedExternally'],
    [{ status: 'Extracting' }, {}, 'checking'],
    [{ status: 'Wondering' }, {}, 'held unknown'],
    [{ filename: `ENCRYPTED / A book [${TAG}]`, status: 'Paused' }, {}, 'failed release'],
    [{ labels: ['ENCRYPTED'], status: 'Paused' }, {}, 'failed release'],
  ])('takes %j with the queue %j for %s', (more, queue, outcome) => {
    const [item] = queueToItems(slots(more), { ...running, ...queue });
    expect(item === undefined ? undefined : outcomeOf(item)).toBe(outcome);
  });
});

describe('historyToItem', () => {
  it.each<[object, string]>([
    [{}, 'complete'],
    [{ storage: '' }, 'checking'],
    [{ storage: null }, 'checking'],
    [{ storage: `/complete/_UNPACK_A book [${TAG}]` }, 'checking'],
    [{ storage: `/complete/_FAILED_A book [${TAG}]` }, 'checking'],
    ...['Queued', 'Fetching', 'QuickCheck', 'Verifying', 'Repairing', 'Extracting', 'Moving', 'Running'].map(
      (status): [object, string] => [{ status, storage: '' }, 'checking'],
    ),
    [{ status: 'Deleted' }, 'removedExternally'],
    [{ status: 'Wondering' }, 'held unknown'],
    [
      { status: 'Failed', fail_message: 'Repair failed, not enough repair blocks (5 short)' },
      'failed release',
    ],
    [
      { status: 'Failed', fail_message: 'Unpacking failed, write error or disk is full?' },
      'held environment',
    ],
    [{ status: 'Failed', fail_message: '' }, 'failed release'],
  ])('takes %j for %s', (more, outcome) => {
    const item = historyToItem(past(more), true);
    expect(outcomeOf(item)).toBe(outcome);
    expect(item.directory === undefined).toBe(outcome !== 'complete');
  });

  it('blames no release for words in another language', () => {
    const slot = past({ status: 'Failed', fail_message: 'Entpacken fehlgeschlagen. Festplatte voll?' });
    expect(outcomeOf(historyToItem(slot, false))).toBe('held unknown');
    expect(outcomeOf(historyToItem(slot, true))).toBe('failed release');
  });
});

describe('blameOf', () => {
  it.each([
    ['Unpacking failed, write error or disk is full?', 'environment'],
    ['Unpacking failed, path is too long', 'environment'],
    ['Cannot create final folder /complete/x', 'environment'],
    ['Failed moving /a to /b', 'environment'],
    ['[Errno 28] No space left on device', 'environment'],
    ['Unpacking failed, archive requires a password', 'release'],
    ['Unpacking failed, see log', 'release'],
    ['Aborted, cannot be completed - https://sabnzbd.org/not-complete', 'release'],
    ['Download failed - Not on your server(s)', 'release'],
    ['Unwanted extension is in rar file.exe', 'release'],
    ['Exit(1) of script notify.sh', 'unknown'],
    ['PostProcessing was aborted (see logfile)', 'unknown'],
    ['Exit(1) von Skript notify.sh', undefined],
    ['Reparatur fehlgeschlagen', undefined],
  ])('of "%s" is %s', (message, blame) => {
    expect(blameOf(message)).toBe(blame);
  });
});

describe('ownFolder', () => {
  it.each([
    [`/complete/A book [${TAG}]`, `/complete/A book [${TAG}]`],
    [`/complete/A book [${TAG}]/CD 1/01.mp3`, `/complete/A book [${TAG}]`],
    [`/complete/A_book_[${TAG}].1/x.mp3`, `/complete/A_book_[${TAG}].1`],
    [`C:\\complete\\A book [${TAG}]\\x`, `C:\\complete\\A book [${TAG}]`],
    ['/complete/Author/Sorted elsewhere', '/complete/Author/Sorted elsewhere'],
  ])('of %s is %s', (storage, folder) => {
    expect(ownFolder(storage, `A book [${TAG}]`)).toBe(folder);
  });
});

describe('bytesOfSetting', () => {
  it.each([
    ['', 0],
    ['500', 500],
    ['500M', 524_288_000],
    ['1.5 G', 1_610_612_736],
    ['none', 0],
  ])('reads "%s" as %d', (text, bytes) => {
    expect(bytesOfSetting(text)).toBe(bytes);
  });
});
