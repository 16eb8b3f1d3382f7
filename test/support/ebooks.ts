import { writeZip } from './zip.js';

const CONTAINER = { mimetype: 'application/epub+zip', 'META-INF/container.xml': '<container/>' };

/** An EPUB that readers know as one; `more` adds or replaces entries. */
export function makeEpub(more: Readonly<Record<string, string>> = {}): Buffer {
  return writeZip({ ...CONTAINER, 'text.xhtml': '<html/>', ...more });
}

/** The head of a Mobipocket book; `lock` is 0 for a free one, 1 and 2 are what shops lock with. */
export function makeMobi({ lock = 0 } = {}): Buffer {
  const head = Buffer.alloc(96);
  head.write('BOOKMOBI', 60, 'latin1');
  head.writeUInt16BE(1, 76);
  head.writeUInt32BE(96, 78);
  const record = Buffer.alloc(32);
  record.writeUInt16BE(lock, 12);
  return Buffer.concat([head, record]);
}

export function encryption(algorithm: string): Record<string, string> {
  const method = `<EncryptionMethod Algorithm="${algorithm}"/>`;
  return { 'META-INF/encryption.xml': `<encryption><EncryptedData>${method}</EncryptedData></encryption>` };
}
