import { describe, expect, it } from '@jest/globals';

import { transmissionWarnings } from '../../../src/integrations/download-clients/transmission/check.js';
import {
  toDownloadItem,
  torrentStatus,
  type TorrentStatus,
} from '../../../src/integrations/download-clients/transmission/status.js';

function torrent(more: Partial<TorrentStatus>): TorrentStatus {
  return torrentStatus.parse({
    ...{ hashString: 'A'.repeat(40), name: 'book', labels: ['books', 'lp-dl-1'], status: 4, error: 0 },
    ...{ downloadDir: '/downloads/dl-1', metadataPercentComplete: 1, sizeWhenDone: 100, leftUntilDone: 60 },
    ...more,
  });
}

describe('a status of Transmission', () => {
  it.each([
    [{ metadataPercentComplete: 0, sizeWhenDone: 0, leftUntilDone: 0 }, 'metadata'],
    [{ status: 0, metadataPercentComplete: 0.5, sizeWhenDone: 0, leftUntilDone: 0 }, 'paused'],
    [{ status: 0 }, 'paused'],
    [{ status: 0, leftUntilDone: 0 }, 'complete'],
    [{ status: 5, leftUntilDone: 0 }, 'seeding'],
    [{ status: 6, leftUntilDone: 0 }, 'seeding'],
    [{ status: 1 }, 'checking'],
    [{ status: 2 }, 'checking'],
    [{ status: 3 }, 'queued'],
    [{ status: 4, rateDownload: 5 }, 'active'],
    [{ status: 4 }, 'stalled'],
    [{ status: 4, error: 1, errorString: 'slow tracker' }, 'stalled'],
    [{ status: 4, error: 2, errorString: 'not listed here' }, 'stalled'],
    [{ status: 0, error: 3, errorString: 'No space left on device' }, 'held'],
    [{ status: 4, error: 3 }, 'held'],
    [{ status: 9 }, 'held'],
    [{ status: 0, labels: ['longplay-saving'] }, 'held'],
  ])('%j is %s', (more, expected) => {
    expect(toDownloadItem(torrent(more)).state).toBe(expected);
  });

  it('blames the surroundings, or nobody (no. 19)', () => {
    const faultOf = (more: Partial<TorrentStatus>) => toDownloadItem(torrent(more)).fault;
    expect(faultOf({ error: 3, errorString: 'No space left on device (/x)' })?.code).toBe('disk_full');
    expect(faultOf({ error: 3, errorString: 'No data found! Ensure your drives' })?.code).toBe(
      'files_missing',
    );
    expect(faultOf({ error: 3 })).toMatchObject({ blame: 'environment', code: 'local_error' });
    expect(faultOf({ status: 9 })).toMatchObject({ blame: 'unknown' });
    expect(faultOf({ error: 2, errorString: 'not listed here' })).toBeUndefined();
  });

  it('tells the final folder only when the data lies there', () => {
    expect(toDownloadItem(torrent({})).directory).toBeUndefined();
    expect(toDownloadItem(torrent({ status: 2, leftUntilDone: 0 })).directory).toBeUndefined();
    expect(toDownloadItem(torrent({ status: 6, leftUntilDone: 0 })).directory).toBe('/downloads/dl-1');
  });

  it('tells owners and category of the labels, and none of its own reminders', () => {
    const labels = ['longplay-checked', 'books', 'lp-dl-1', 'lp-dl-2'];
    expect(toDownloadItem(torrent({ labels }))).toMatchObject({
      owners: ['dl-1', 'dl-2'],
      category: 'books',
    });
  });
});

describe('the settings of Transmission', () => {
  const fine = {
    ...{ 'download-dir': '/downloads', 'dht-enabled': true, 'download-queue-enabled': false },
    ...{ 'script-torrent-done-enabled': false, 'script-torrent-done-filename': '', seedRatioLimited: false },
    ...{ 'idle-seeding-limit-enabled': false, 'download-queue-size': 5 },
  };

  it.each([
    [{}, []],
    [{ 'script-torrent-done-enabled': true }, ['runs_program']],
    [{ seedRatioLimited: true }, ['stops_at_ratio']],
    [{ 'idle-seeding-limit-enabled': true }, ['stops_at_ratio']],
    [{ 'dht-enabled': false }, ['dht_off']],
    [{ 'download-queue-enabled': true }, ['queueing']],
  ])('%j warn of %j', (more, codes) => {
    expect(transmissionWarnings({ ...fine, ...more }).map(({ code }) => code)).toEqual(codes);
  });
});
