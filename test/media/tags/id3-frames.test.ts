import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { readId3, sizeOf, writeId3 } from '../../../src/media/tags/id3-frames.js';
import { keepFrames } from '../../../src/media/tags/keep-frames.js';
import { frame, id3 } from './id3.js';

const SOUND = Buffer.from('\xff\xfbsound', 'latin1');
const LONG = 'x'.repeat(300);

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longplay-id3-'));
  file = path.join(folder, 'x.mp3');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function framesOf(tag: Buffer): Promise<[string, string][]> {
  await writeFile(file, Buffer.concat([tag, SOUND]));
  const read = await readId3(file);
  return (read?.frames ?? []).map(({ id, body }) => [id, body.toString('latin1')]);
}

describe('the frames of an MP3', () => {
  it.each([3, 4] as const)('are read from version %s, up to what is free', async (version) => {
    const frames = [frame('TIT2', `\0${LONG}`, version), frame('POPM', 'a\0\u0005', version)];
    expect(await framesOf(id3(version, frames, { room: 50 }))).toEqual([
      ['TIT2', `\0${LONG}`],
      ['POPM', 'a\0\u0005'],
    ]);
  });

  it('have their later names in version 2; of its texts FFmpeg knows all that it needs', async () => {
    const frames = [frame('TT2', '\0Title'), frame('COM', '\0eng\0Hello')];
    expect(await framesOf(id3(2, frames))).toEqual([['COMM', '\0eng\0Hello']]);
  });

  it('are none in a file that begins with its sound', async () => {
    await writeFile(file, SOUND);
    expect(await readId3(file)).toBeUndefined();
  });

  it.each([
    ['an unsynchronised tag', id3(3, [frame('TIT2', '\0A')], { flags: 0x80 })],
    ['a tag of an unknown version', id3(5 as 4, [frame('TIT2', '\0A')])],
    ['a frame that is longer than its tag', id3(3, [frame('TIT2', '\0A').subarray(0, 11)])],
  ])('are not taken from %s', async (_what, tag) => {
    await expect(framesOf(tag)).rejects.toMatchObject({ kind: 'bad_input' });
  });

  it.each([3, 4] as const)(
    'are written within the room of a tag of version %s, and no sound moves',
    async (version) => {
      await writeFile(
        file,
        Buffer.concat([id3(version, [frame('TIT2', '\0Old', version)], { room: 400 }), SOUND]),
      );
      const before = (await readFile(file)).length;
      const wanted = [{ id: 'COMM', flags: 0, body: Buffer.from(`\0eng\0${LONG}`) }];
      expect(sizeOf(wanted)).toBe(315);
      await writeId3(file, wanted);
      expect((await readId3(file))?.frames).toEqual(wanted);
      const bytes = await readFile(file);
      expect(bytes.length).toBe(before);
      expect(bytes.subarray(-SOUND.length)).toEqual(SOUND);
    },
  );

  it('are not written where there is no room', async () => {
    await writeFile(file, Buffer.concat([id3(3, [frame('TIT2', '\0Old')]), SOUND]));
    const wanted = [{ id: 'COMM', flags: 0, body: Buffer.from(LONG) }];
    await expect(writeId3(file, wanted)).rejects.toMatchObject({ kind: 'bad_input' });
    await writeFile(file, SOUND);
    await expect(writeId3(file, [])).rejects.toMatchObject({ kind: 'bad_input' });
  });
});

describe('what is kept of the frames of the source', () => {
  const made = (id: string, body: string | Buffer) => ({ id, flags: 0, body: Buffer.from(body) });
  const kept = (
    [ours, theirs]: [ReturnType<typeof made>[], ReturnType<typeof made>[]],
    tags: Record<string, string> = {},
  ): string[] => keepFrames(ours, { theirs, tags }).map(({ id, body }) => `${id} ${body.toString('latin1')}`);

  it('is all that FFmpeg made plain texts of, or dropped', () => {
    const theirs = [
      ...[made('COMM', '\0eng\0one'), made('COMM', '\0engx\0two'), made('USLT', '\0eng\0la')],
      ...[made('POPM', 'a\0\u0005'), made('WXXX', '\0\0http://x'), made('TSSE', '\0maker')],
    ];
    const ours = [
      made('TIT2', '\u0003Book'),
      made('TXXX', '\u0003comment\0one'),
      made('TXXX', '\u0003lyrics-eng\0la'),
    ];
    expect(kept([ours, theirs], { title: 'Book' })).toEqual([
      'TIT2 \u0003Book',
      ...theirs.map(({ id, body }) => `${id} ${body.toString('latin1')}`),
    ]);
  });

  it('is nothing of the tags that are new, by whatever name or date the source had them', () => {
    const theirs = [
      made('TIT2', '\0Old'),
      made('TDRL', '\x002001'),
      made('TDAT', '\x000102'),
      made('TXXX', '\0ASIN\0OLD'),
    ];
    const ours = [made('TIT2', '\u0003New'), made('TXXX', '\u0003asin\0NEW'), made('TDRC', '\u00031895')];
    expect(kept([ours, theirs], { title: 'New', asin: 'NEW', date: '1895' })).toEqual(
      ours.map(({ id, body }) => `${id} ${body.toString('latin1')}`),
    );
  });

  it.each([
    ['Latin-1', Buffer.from('\0A\0B', 'latin1')],
    ['UTF-8', Buffer.from('\u0003A\0B')],
    ['UTF-16', Buffer.concat([Buffer.from([1, 0xff, 0xfe]), Buffer.from('A\0\ufeffB', 'utf16le')])],
    ['UTF-16 without a mark', Buffer.concat([Buffer.from([2]), Buffer.from('A\0B', 'utf16le').swap16()])],
  ])('is every one of several values in %s, of which FFmpeg takes the first', (_what, body) => {
    const theirs = [made('TPE1', body)];
    expect(keepFrames([made('TPE1', '\u0003A')], { theirs, tags: {} })).toEqual(theirs);
  });

  it('is one value as FFmpeg made it, also one that ends with a zero', () => {
    const ours = [made('TPE1', '\u0003A'), made('TXXX', '\u0003Mood\0calm'), made('APIC', 'new')];
    const theirs = [made('TPE1', '\0A\0'), made('TXXX', '\0Mood\0calm'), made('APIC', 'old')];
    expect(keepFrames(ours, { theirs, tags: {} })).toEqual(ours);
  });
});
