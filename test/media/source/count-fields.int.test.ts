import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { countFields, judgeFields } from '../../../src/domain/media/fields.js';
import { countFieldsOf } from '../../../src/media/source/count-fields.js';
import { createMediaTools } from '../../../src/media/tools.js';
import { ffmpegs } from '../../support/installed.js';
import { cutShort, makeVideo } from '../../support/video-fixtures.js';

const PROGRESSIVE_FLAG = { filter: 'interlace,setfield=prog', rate: '50', sound: [] };
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longplay-fields-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each(ffmpegs())('the fields of a film, as FFmpeg %s sees them', (_version, ffmpegPath) => {
  const count = (hostPath: string, seconds: number | null) => {
    const programFolder = path.join(folder, 'bin');
    const tools = createMediaTools({ ffmpegPath, ffprobePath: 'ffprobe', programFolder });
    return countFieldsOf(tools, { hostPath, index: 0, seconds, signal: AbortSignal.timeout(60_000) });
  };

  it('are told by its pictures, whatever its header says, in three places of a long one', async () => {
    const short = await makeVideo(folder, 'short.mkv', { ...PROGRESSIVE_FLAG, seconds: 4 });
    const fields = await count(short, 4);
    expect(judgeFields(fields)).toBe('interlaced');
    expect(countFields(fields)).toBeLessThanOrEqual(100);
    const long = await makeVideo(folder, 'long.mkv', { ...PROGRESSIVE_FLAG, seconds: 40 });
    const seen = await count(long, 40);
    expect(judgeFields(seen)).toBe('interlaced');
    expect(countFields(seen)).toBeGreaterThan(200);
  });

  it('are whole where a film is, and nothing where nothing can be decoded', async () => {
    const plain = { filter: 'boxblur=4', seconds: 8, rate: '25', sound: [] };
    const film = await makeVideo(folder, 'plain.mkv', plain);
    expect(judgeFields(await count(film, 8))).not.toBe('interlaced');
    const cut = await cutShort(await makeVideo(folder, 'cut.mkv', { ...plain, seconds: 40 }), 0.1);
    expect(countFields(await count(cut, 400))).toBe(0);
  });
});
