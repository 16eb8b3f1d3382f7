import { gzipSync } from 'node:zlib';

import { describe, expect, it } from '@jest/globals';

import { parseNzbFile } from '../../../src/integrations/indexers/nzb-file.js';
import { postFiles } from '../../support/usenet-post.js';

const nowhere = { put: () => undefined };
const nzbOf = (text: string): Buffer => Buffer.from(`<?xml version="1.0"?>${text}`);
const file = (inner: string): string => `<file subject="s"><segments>${inner}</segments></file>`;

describe('parseNzbFile', () => {
  const { nzb } = postFiles(
    nowhere,
    [
      { name: 'book.mp3', bytes: Buffer.alloc(150_000) },
      { name: 'book.par2', bytes: Buffer.alloc(10) },
    ],
    { meta: { password: 'a<b&c', title: 'The Book' } },
  );

  it('reads files, segments, bytes, title and passwords', async () => {
    expect(await parseNzbFile(nzb)).toEqual({
      bytes: nzb,
      files: [
        { subject: '[1/1] - "book.mp3" yEnc (1/3)', segments: 3, sizeBytes: 150_000 },
        { subject: '[1/1] - "book.par2" yEnc (1/1)', segments: 1, sizeBytes: 10 },
      ],
      segments: 4,
      totalBytes: 150_010,
      passwords: ['a<b&c'],
      title: 'The Book',
    });
  });

  it('unpacks what came packed, and hands out plain XML', async () => {
    const parsed = await parseNzbFile(gzipSync(nzb));
    expect(Buffer.from(parsed.bytes).equals(nzb)).toBe(true);
    expect(parsed.segments).toBe(4);
  });

  it('reads other charsets, a byte order mark, namespaces with a prefix and blank lines in front', async () => {
    const latin1 = Buffer.from(
      `<?xml version="1.0" encoding="iso-8859-1"?><nzb>${file('<segment>a@b</segment>').replace('"s"', '"é"')}</nzb>`,
      'latin1',
    );
    expect((await parseNzbFile(latin1)).files[0]?.subject).toBe('é');
    const marked = Buffer.concat([Buffer.from('\ufeff'), nzb]);
    expect((await parseNzbFile(marked)).segments).toBe(4);
    const prefixed =
      '<n:nzb xmlns:n="x"><n:file><n:segments><n:segment>a@b</n:segment></n:segments></n:file></n:nzb>';
    expect((await parseNzbFile(Buffer.from(`\n\n${prefixed}`))).segments).toBe(1);
  });

  it('takes a size that is missing or nonsense for unknown', async () => {
    const segments =
      '<segment bytes="x">a@b</segment><segment>c@d</segment><segment bytes="-5">e@f</segment>';
    expect(await parseNzbFile(nzbOf(`<nzb>${file(segments)}</nzb>`))).toMatchObject({
      segments: 3,
      totalBytes: 0,
    });
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['a web page', Buffer.from('<!DOCTYPE html><html><body>Please log in</body></html>')],
    ['a web page that is broken XML', Buffer.from('<html><p>Limit<br></html>')],
    ['an error document', nzbOf('<error code="100" description="Incorrect user credentials"/>')],
    ['a torrent', Buffer.from('d8:announce20:http://127.0.0.1:1/a4:infod6:lengthi1eee')],
    ['an NZB without files', nzbOf('<nzb xmlns="http://www.newzbin.com/DTD/2003/nzb"></nzb>')],
    ['an NZB without segments', nzbOf(`<nzb>${file('')}</nzb>`)],
    ['a segment without message id', nzbOf(`<nzb>${file('<segment bytes="1"> </segment>')}</nzb>`)],
    ['a message id with a line end', nzbOf(`<nzb>${file('<segment>a@b&#13;&#10;QUIT</segment>')}</nzb>`)],
    ['an NZB that is cut off', nzb.slice(0, -30)],
    ['broken gzip', gzipSync(nzb).subarray(0, -20)],
    [
      'an entity of its own',
      nzbOf(`<!DOCTYPE nzb [<!ENTITY e "x">]><nzb>${file('<segment>&e;</segment>')}</nzb>`),
    ],
  ])('refuses %s', async (_name, bytes) => {
    await expect(parseNzbFile(bytes)).rejects.toMatchObject({
      kind: 'release_fault',
      message: expect.stringMatching(/^Expected an NZB file/),
      cause: expect.anything(),
    });
  });

  it('refuses what is larger than the limit, packed or plain', async () => {
    const bomb = gzipSync(Buffer.alloc(20 * 1024 * 1024));
    for (const bytes of [nzb, gzipSync(nzb), bomb]) {
      await expect(parseNzbFile(bytes, { limitBytes: 200 })).rejects.toMatchObject({ kind: 'release_fault' });
    }
  });

  it('lets other work go on while it reads a large one', async () => {
    const segments = Array.from(
      { length: 60_000 },
      (_, at) => `<segment bytes="700000" number="${at}">${at}@n</segment>`,
    );
    const large = nzbOf(`<nzb>${file(segments.join(''))}</nzb>`);
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 1);
    const parsed = await parseNzbFile(large);
    clearInterval(timer);
    expect(parsed.totalBytes).toBe(42_000_000_000);
    expect(turns).toBeGreaterThan(2);
  });
});
