import { describe, expect, it } from '@jest/globals';

import { parseTorrentFile } from '../../../src/integrations/indexers/torrent-file.js';
import { encode, writeTorrent } from './torrents.js';

describe('parseTorrentFile', () => {
  it('reads hash, name, size, files and trackers', async () => {
    const { bytes, infoHash } = writeTorrent({
      files: [
        { path: ['CD 1', '01.mp3'], length: 100 },
        { path: ['cover.jpg'], length: 20 },
      ],
      extra: { private: 1 },
    });
    expect(await parseTorrentFile(bytes)).toEqual({
      infoHash,
      name: 'Foundation',
      totalBytes: 120,
      files: [
        { path: 'Foundation/CD 1/01.mp3', sizeBytes: 100 },
        { path: 'Foundation/cover.jpg', sizeBytes: 20 },
      ],
      trackers: ['http://127.0.0.1:1/announce'],
      private: true,
    });
  });

  it('reads a torrent of one file', async () => {
    const info = { length: 7, name: 'book.m4b', 'piece length': 16_384, pieces: Buffer.alloc(20) };
    const parsed = await parseTorrentFile(encode({ info }));
    expect(parsed).toMatchObject({
      totalBytes: 7,
      files: [{ path: 'book.m4b', sizeBytes: 7 }],
      trackers: [],
      private: false,
    });
  });

  it('leaves out the padding files of hybrid torrents', async () => {
    const { bytes } = writeTorrent({
      files: [
        { path: ['a.mp3'], length: 10 },
        { path: ['.pad', '6'], length: 6, attr: 'p' },
      ],
    });
    expect(await parseTorrentFile(bytes)).toMatchObject({
      totalBytes: 10,
      files: [{ path: 'Foundation/a.mp3' }],
    });
  });

  it.each([
    ['a step up', ['..', '..', 'etc', 'passwd']],
    ['an absolute name', ['/etc/passwd']],
    ['a separator of another system', ['..\\..\\boot.ini']],
    ['an empty name', ['']],
    ['a NUL', ['a\0b']],
  ])('refuses %s in a file path', async (_name, path) => {
    const { bytes } = writeTorrent({ files: [{ path, length: 1 }] });
    await expect(parseTorrentFile(bytes)).rejects.toMatchObject({
      kind: 'release_fault',
      message: expect.stringContaining('outside its folder'),
    });
  });

  it('refuses a step up in the name of the torrent', async () => {
    await expect(parseTorrentFile(writeTorrent({ name: '..' }).bytes)).rejects.toMatchObject({
      kind: 'release_fault',
    });
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['twenty bytes, which the parser would take for a hash', Buffer.alloc(20, 'x')],
    ['a web page', Buffer.from('<!DOCTYPE html><html><body>Please log in, this is no torrent</body></html>')],
    ['another bencoded thing', encode({ interval: 1_800, peers: 'x'.repeat(60) })],
    ['a torrent that is cut off', writeTorrent().bytes.slice(0, -30)],
  ])('refuses %s', async (_name, bytes) => {
    await expect(parseTorrentFile(bytes)).rejects.toMatchObject({
      kind: 'release_fault',
      cause: expect.anything(),
    });
  });

  it('refuses an info part whose keys are out of order, since its hash would be another', async () => {
    const info = { pieces: Buffer.alloc(20), name: 'book.m4b', length: 7, 'piece length': 16_384 };
    await expect(parseTorrentFile(encode({ info }, { sorted: false }))).rejects.toMatchObject({
      kind: 'release_fault',
    });
  });
});
