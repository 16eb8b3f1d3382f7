import { appendFile, copyFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { HOSTILE_NAMES } from '../../support/hostile-names.js';
import { ffmpeg } from '../../support/video-fixtures.js';
import { openScanHouse, type ScanHouse } from './scan-house.js';

let house: ScanHouse;

beforeAll(async () => {
  house = await openScanHouse();
});

beforeEach(() => house.clear());

afterAll(() => house.close());

/** Written an hour ago. */
async function putText(name: string, text: string): Promise<string> {
  const file = house.at(name);
  await writeFile(file, text);
  await utimes(file, 1_600_000_000, 1_600_000_000);
  return file;
}

describe('a scan', () => {
  it('describes new files, and opens none that has not changed', async () => {
    await house.put('A film.mp4');
    await house.put('series/s01.mkv');
    expect(await house.result()).toMatchObject({
      ...{ found: 2, new: 2, changed: 0, unchanged: 0, moved: 0, missing: 0, tooYoung: 0, invalid: 0 },
      isComplete: true,
    });
    const [film, episode] = await house.rows();
    expect(film).toMatchObject({
      ...{ root: 'library', path: 'videos/A film.mp4', filename: 'A film.mp4', title: 'A film', valid: true },
      ...{ width: 160, height: 90, orientation: 'landscape', rotation: 0, fps: 10, dynamic_range: 'sdr' },
      ...{ video_codec: 'h264', audio_codecs: ['aac'], playable: true, unplayable_reasons: [] },
      streams: { video: { codec: 'h264' }, audio: [{ codec: 'aac' }] },
    });
    expect(film?.['duration_seconds']).toBeCloseTo(1, 1);
    expect(episode).toMatchObject({ playable: false, unplayable_reasons: ['container'] });
    expect(house.opened()).toEqual(['A film.mp4', 's01.mkv']);
    expect(await house.result()).toMatchObject({ found: 2, new: 0, unchanged: 2 });
    expect(house.opened()).toEqual([]);
    expect(await house.result({ skipExisting: false })).toMatchObject({ unchanged: 2, changed: 0 });
    expect(house.opened()).toEqual(['A film.mp4', 's01.mkv']);
  });

  it('looks again into a file that changed, which keeps its row', async () => {
    const file = await house.put('a.mp4');
    await house.result();
    const [before] = await house.rows();
    await copyFile(await house.put('b.mkv'), file);
    await utimes(file, 1_600_000_000, 1_600_000_000);
    await rm(house.at('b.mkv'));
    expect(await house.result()).toMatchObject({ found: 1, changed: 1, new: 0 });
    const [after] = await house.rows();
    expect(after).toMatchObject({ id: before?.id, container: expect.stringContaining('matroska') });
    expect(after?.['head_tail_hash']).not.toBe(before?.['head_tail_hash']);
  });

  it('forgets what was made of a content that is there no more', async () => {
    const file = await house.put('a.mkv');
    await house.result();
    const made = { reencode_job_id: 'reencode_streaming-00000000', thumbnail_path: 'thumbnails:a.jpg' };
    await house.deps.db.query(
      'update videos set reencode_job_id = $1, thumbnail_path = $2',
      Object.values(made),
    );
    await utimes(file, 1_600_000_000, 1_600_000_000);
    expect(await house.result()).toMatchObject({ changed: 1 });
    expect(await house.rows()).toMatchObject([made]);
    await appendFile(file, 'another content');
    await utimes(file, 1_600_000_001, 1_600_000_001);
    expect(await house.result()).toMatchObject({ changed: 1 });
    expect(await house.rows()).toMatchObject([{ reencode_job_id: null, thumbnail_path: null }]);
  });

  it('keeps what it knows of a file that nobody can look into just now', async () => {
    await house.put('a.mp4');
    await house.result();
    const before = await house.rows();
    house.beforeOpening(() => Promise.reject(new Error('ffprobe did not end')));
    expect(await house.result({ skipExisting: false })).toMatchObject({ unchanged: 1 });
    expect(await house.rows()).toEqual(before);
  });

  it('opens no file again whose inode alone is another one, as after a remount', async () => {
    const file = await house.put('a.mp4');
    await house.result();
    const [before] = await house.rows();
    await house.put('copy.mp4');
    await rename(house.at('copy.mp4'), file);
    house.opened();
    expect(await house.result()).toMatchObject({ unchanged: 1, changed: 0 });
    expect(house.opened()).toEqual([]);
    const { ino } = await stat(file, { bigint: true });
    expect(await house.rows()).toMatchObject([{ id: before?.id, inode: String(ino) }]);
  });

  it('keeps the row of a file that was moved, wherever the walk meets it first', async () => {
    for (const name of ['b/one.mp4', 'm/two.mkv']) await house.put(name);
    await house.result();
    const before = await house.rows();
    await house.put('x/y');
    await rename(house.at('b/one.mp4'), house.at('x/Renamed.mp4'));
    await rename(house.at('m/two.mkv'), house.at('b/two.mkv'));
    house.opened();
    expect(await house.result()).toMatchObject({ found: 2, moved: 2, new: 0, missing: 0 });
    expect(house.opened()).toEqual([]);
    const after = await house.rows();
    expect(after).toMatchObject([
      { id: before[1]?.id, path: 'videos/b/two.mkv', missing_since: null },
      { id: before[0]?.id, path: 'videos/x/Renamed.mp4', title: 'Renamed', filename: 'Renamed.mp4' },
    ]);
  });

  it('keeps saying of a moved file that it is no video', async () => {
    const file = await putText('a.mp4', 'no media');
    await house.result();
    await rename(file, house.at('b.mp4'));
    expect(await house.result()).toMatchObject({ found: 1, moved: 1, invalid: 1 });
  });

  it('takes a copy for a file of its own', async () => {
    await house.put('a.mp4');
    await house.result();
    await house.put('b.mp4');
    expect(await house.result()).toMatchObject({ moved: 0, new: 1, unchanged: 1 });
  });

  it('marks what is gone, deletes nothing, and takes it back when it returns', async () => {
    const file = await house.put('a.mp4');
    await house.put('b.mp4');
    await house.result();
    await rename(file, house.at('a.mp4', ''));
    expect(await house.result()).toMatchObject({ found: 1, missing: 1 });
    expect(await house.missing()).toEqual(['videos/a.mp4']);
    expect(await house.result()).toMatchObject({ found: 1, missing: 0 });
    await rename(house.at('a.mp4', ''), file);
    house.opened();
    expect(await house.result()).toMatchObject({ found: 2, unchanged: 2 });
    expect(await house.missing()).toEqual([]);
    expect(house.opened()).toEqual([]);
  });

  it('calls nothing missing beside its own directory', async () => {
    await house.put('a.mp4');
    await house.put('b.mp4', 'library/videos-2');
    await house.result({ folder: 'videos-2' });
    await rm(house.at('', 'library/videos-2'), { recursive: true });
    expect(await house.result()).toMatchObject({ found: 1, missing: 0 });
  });

  it('leaves what was written just now, and what grows while it is looked at, for the next time', async () => {
    await house.put('old.mp4');
    const young = await house.put('young.mp4');
    const now = Date.now() / 1_000;
    await utimes(young, now, now);
    house.beforeOpening((file) => (file.endsWith('old.mp4') ? appendFile(file, 'more') : Promise.resolve()));
    expect(await house.result({ quietSeconds: 3_600 - 60 })).toMatchObject({
      found: 2,
      tooYoung: 1,
      growing: 1,
      new: 0,
    });
    expect(await house.rows()).toEqual([]);
    house.beforeOpening(() => Promise.resolve());
    expect(await house.result({ quietSeconds: 0 })).toMatchObject({ found: 2, new: 2 });
  });
});

describe('a file that is no video', () => {
  it('is a finding on its row, and no scan fails for it', async () => {
    await putText('playlist.mp4', '#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n');
    await putText('text.mkv', 'no media at all');
    await putText('empty.mp4', '');
    await house.put('good.mp4');
    expect(await house.result()).toMatchObject({ found: 4, new: 4, invalid: 3 });
    const rows = await house.rows();
    expect(rows.map(({ filename, valid }) => [filename, valid])).toEqual([
      ['empty.mp4', false],
      ['good.mp4', true],
      ['playlist.mp4', false],
      ['text.mkv', false],
    ]);
    for (const { invalid_reason: reason, valid } of rows) {
      expect(reason === null).toBe(valid);
      expect(reason ?? '').not.toContain(house.at('', ''));
    }
    expect(await house.result()).toMatchObject({ unchanged: 4, invalid: 3 });
    expect(house.opened()).toHaveLength(3);
  });

  it('is not made one by its cover', async () => {
    const [sound, cover] = [house.at('sound.m4a', ''), house.at('cover.png', '')];
    await ffmpeg(['-filter_complex', 'sine=d=1', '-c:a', 'aac', `file:${sound}`]);
    await ffmpeg([
      '-filter_complex',
      'color=red:s=64x64:d=1',
      '-frames:v',
      '1',
      '-update',
      '1',
      `file:${cover}`,
    ]);
    const inputs = ['-i', `file:${sound}`, '-i', `file:${cover}`, '-map', '0', '-map', '1', '-c', 'copy'];
    const covered = house.at('covered.mp4');
    await ffmpeg([...inputs, '-disposition:v:0', 'attached_pic', `file:${covered}`]);
    await utimes(covered, 1_600_000_000, 1_600_000_000);
    expect(await house.result()).toMatchObject({ found: 1, invalid: 1 });
    expect(await house.rows()).toMatchObject([
      {
        ...{ valid: false, invalid_reason: 'It has no picture that plays', playable: null },
        streams: { others: [{ kind: 'cover' }] },
      },
    ]);
  });

  it('is looked at again by each scan as long as nobody could look inside', async () => {
    await house.put('a.mp4');
    house.beforeOpening(() => Promise.reject(new Error('ffprobe did not end')));
    expect(await house.result()).toMatchObject({ new: 1, invalid: 0 });
    expect(await house.rows()).toMatchObject([
      { valid: null, invalid_reason: 'ffprobe did not end', probed_at: null },
    ]);
    house.beforeOpening(() => Promise.resolve());
    expect(await house.result()).toMatchObject({ changed: 1 });
    expect(await house.rows()).toMatchObject([{ valid: true, invalid_reason: null }]);
  });
});

it('bears hostile names', async () => {
  for (const name of HOSTILE_NAMES) await house.put(name);
  const broken = Buffer.concat([Buffer.from(house.at('bad')), Buffer.from([0xff]), Buffer.from('.mp4')]);
  await writeFile(broken, 'x');
  expect(await house.result({ batchSize: 10 })).toMatchObject({
    found: HOSTILE_NAMES.length,
    new: HOSTILE_NAMES.length,
    invalid: 0,
  });
  expect((await house.rows()).map(({ filename }) => filename).sort()).toEqual([...HOSTILE_NAMES].sort());
  expect(await house.result({ batchSize: 10 })).toMatchObject({
    unchanged: HOSTILE_NAMES.length,
    missing: 0,
  });
});
