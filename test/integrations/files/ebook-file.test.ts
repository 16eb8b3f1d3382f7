import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { checkEbook } from '../../../src/integrations/files/ebook-file.js';
import { encryption, makeEpub, makeMobi } from '../../support/ebooks.js';
import { writeZip } from '../../support/zip.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longplay-ebook-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function check(name: string, content: Buffer | string): Promise<void> {
  const file = path.join(folder, name);
  await writeFile(file, content);
  return checkEbook(file);
}

describe('checkEbook', () => {
  it.each<[string, Buffer | string]>([
    ['a.epub', makeEpub()],
    ['fonts.epub', makeEpub(encryption('http://www.idpf.org/2008/embedding'))],
    ['a.mobi', makeMobi()],
    ['a.azw3', makeMobi()],
    ['a.pdf', '\n%PDF-1.7\n'],
    ['a.fb2', '<?xml version="1.0"?><FictionBook/>'],
    ['a.cbz', writeZip({ '01.jpg': 'x' })],
    ['a.cbr', 'Rar!\u001a\u0007'],
    ['A.EPUB', makeEpub()],
  ])('takes %s', async (name, content) => {
    await expect(check(name, content)).resolves.toBeUndefined();
  });

  it.each<[string, Buffer | string]>([
    ['page.epub', '<html>log in first</html>'],
    ['zip.epub', writeZip({ 'setup.exe': 'x' })],
    ['a.pdf', makeEpub()],
    ['a.mobi', '%PDF-1.7'],
    ['a.fb2', 'text'],
    ['a.cbz', 'Rar!'],
    ['a.cbr', 'text'],
    ['empty.epub', ''],
    ['a.txt', 'text'],
  ])('refuses %s, which is something else', async (name, content) => {
    await expect(check(name, content)).rejects.toMatchObject({
      kind: 'release_fault',
      message: expect.stringContaining('is not what its name says'),
    });
  });

  it.each([
    ['torn.epub', makeEpub().subarray(0, 90)],
    ['torn.cbz', writeZip({ '01.jpg': 'x' }).subarray(0, 40)],
  ])('refuses %s, which is not whole', async (name, content) => {
    await expect(check(name, content)).rejects.toMatchObject({
      kind: 'release_fault',
      message: expect.stringContaining('is not whole'),
    });
  });

  it.each([
    ['adept.epub', makeEpub({ 'META-INF/rights.xml': '<rights/>' })],
    ['aes.epub', makeEpub(encryption('http://www.w3.org/2001/04/xmlenc#aes128-cbc'))],
    ['locked.mobi', makeMobi({ lock: 2 })],
    ['topaz.azw', 'TPZ0'],
  ])('refuses %s, which only one reader may open', async (name, content) => {
    await expect(check(name, content)).rejects.toMatchObject({
      kind: 'release_fault',
      message: expect.stringContaining('(DRM)'),
    });
  });

  it('leaves the trouble of a disk to the caller', async () => {
    await expect(checkEbook(path.join(folder, 'nowhere.epub'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
