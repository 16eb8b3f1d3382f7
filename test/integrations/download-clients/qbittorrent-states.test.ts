import { describe, expect, it } from '@jest/globals';

import { dialectOf } from '../../../src/integrations/download-clients/qbittorrent/dialect.js';
import { qbittorrentWarnings } from '../../../src/integrations/download-clients/qbittorrent/check.js';
import {
  toDownloadItem,
  torrentInfo,
  type TorrentInfo,
} from '../../../src/integrations/download-clients/qbittorrent/states.js';

function torrent(more: Partial<TorrentInfo>): TorrentInfo {
  return torrentInfo.parse({
    ...{ hash: 'a'.repeat(40), name: 'book', state: 'downloading', size: 100, amount_left: 60 },
    ...{ save_path: '/downloads/dl-1', tags: 'theirs, lp-dl-1,lp-dl-2', ratio: 0.5, ...more },
  });
}

describe('a state of qBittorrent', () => {
  it.each([
    ['allocating', 'active'],
    ['downloading', 'active'],
    ['forcedDL', 'active'],
    ['metaDL', 'metadata'],
    ['forcedMetaDL', 'metadata'],
    ['stalledDL', 'stalled'],
    ['queuedDL', 'queued'],
    ['pausedDL', 'paused'],
    ['stoppedDL', 'paused'],
    ['checkingDL', 'checking'],
    ['checkingUP', 'checking'],
    ['checkingResumeData', 'checking'],
    ['moving', 'moving'],
    ['uploading', 'seeding'],
    ['stalledUP', 'seeding'],
    ['forcedUP', 'seeding'],
    ['queuedUP', 'seeding'],
    ['pausedUP', 'complete'],
    ['stoppedUP', 'complete'],
    ['missingFiles', 'held'],
    ['error', 'held'],
    ['somethingNew', 'held'],
  ])('%s is %s', (state, expected) => {
    expect(toDownloadItem(torrent({ state })).state).toBe(expected);
  });

  it('is no completion without metadata, though nothing is left to fetch', () => {
    expect(toDownloadItem(torrent({ state: 'metaDL', size: -1, amount_left: 0 }))).toMatchObject({
      ...{ state: 'metadata', totalBytes: 0, completedBytes: 0 },
    });
  });

  it('tells the folder only once it is final', () => {
    const directoryIn = (state: string): string | undefined => toDownloadItem(torrent({ state })).directory;
    expect(['downloading', 'moving', 'checkingUP', 'metaDL'].map(directoryIn)).toEqual(
      Array(4).fill(undefined),
    );
    expect(['stalledUP', 'stoppedUP'].map(directoryIn)).toEqual(Array(2).fill('/downloads/dl-1'));
  });

  it('tells the owners among the tags', () => {
    expect(toDownloadItem(torrent({})).owners).toEqual(['dl-1', 'dl-2']);
  });

  it('is known by the v1 hash where the torrent is a hybrid', () => {
    const item = toDownloadItem(torrent({ hash: 'b'.repeat(40), infohash_v1: 'C'.repeat(40) }));
    expect(item.clientItemId).toBe('c'.repeat(40));
  });

  it('blames the surroundings for an error, by the words of the log', () => {
    const full = 'Torrent: "book". Reason: "file_write error: No space left on device"';
    expect(toDownloadItem(torrent({ state: 'error' }), full).fault).toEqual({
      ...{ blame: 'environment', code: 'disk_full', message: full },
    });
    expect(toDownloadItem(torrent({ state: 'error' })).fault).toMatchObject({ code: 'local_error' });
    expect(toDownloadItem(torrent({ state: 'missingFiles' })).fault).toMatchObject({ code: 'files_missing' });
    expect(toDownloadItem(torrent({ state: 'dreaming' })).fault).toMatchObject({ blame: 'unknown' });
  });
});

describe('a version of its Web API', () => {
  it.each([
    ['2.8', 'paused', 'torrents/pause'],
    ['2.8.19', 'paused', 'torrents/pause'],
    ['2.10.4', 'paused', 'torrents/pause'],
    ['2.11.2', 'stopped', 'torrents/stop'],
    ['2.15.1', 'stopped', 'torrents/stop'],
    ['3.0', 'stopped', 'torrents/stop'],
  ])('%s takes %s', (version, addedStopped, stop) => {
    expect(dialectOf(version)).toMatchObject({ addedStopped, stop });
  });

  it('is refused when it is older than 2.8, naming both', () => {
    expect(() => dialectOf('2.7.3')).toThrow("Expected qBittorrent's Web API 2.8 or later, got 2.7.3");
  });
});

describe('the settings of qBittorrent', () => {
  const fine = {
    ...{ save_path: '/downloads', dht: true, queueing_enabled: false, max_active_downloads: 3 },
    ...{
      max_ratio_enabled: false,
      max_seeding_time_enabled: false,
      max_inactive_seeding_time_enabled: false,
    },
    ...{ max_ratio_act: 0, autorun_enabled: false },
  };

  it.each([
    [{}, []],
    [{ max_ratio_act: 1 }, []],
    [{ max_ratio_enabled: true }, []],
    [{ max_ratio_enabled: true, max_ratio_act: 1 }, ['removes_at_ratio']],
    [{ max_seeding_time_enabled: true, max_ratio_act: 3 }, ['removes_at_ratio']],
    [{ dht: false }, ['dht_off']],
    [{ queueing_enabled: true }, ['queueing']],
    [{ queueing_enabled: true, max_active_downloads: -1 }, []],
    [{ save_path: '' }, ['no_save_path']],
    [{ autorun_enabled: true }, ['runs_program']],
  ])('%j warn of %j', (more, codes) => {
    expect(qbittorrentWarnings({ ...fine, ...more }).map(({ code }) => code)).toEqual(codes);
  });
});
