import { open } from 'node:fs/promises';
import path from 'node:path';

import yauzl from 'yauzl';

import { Fault } from '../../domain/faults.js';

const HEAD_BYTES = 1_024;
/** A font that is made unreadable is no lock on the book (EPUB 3, font obfuscation). */
const FONT_ALGORITHMS = ['http://www.idpf.org/2008/embedding', 'http://ns.adobe.com/pdf/enc#RC'];
const MAX_RIGHTS_BYTES = 1_000_000;

/**
 * Looks whether an ebook is what its extension says, and can be read by everybody; its text is not looked at.
 * @throws Fault release_fault for another kind of file, a torn one, or one that is locked (DRM); Node's own errors of
 * the disk.
 */
export async function checkEbook(hostPath: string): Promise<void> {
  const head = await readHead(hostPath);
  switch (path.extname(hostPath).toLowerCase()) {
    case '.epub':
      await checkEpub(hostPath, head);
      break;
    case '.cbz':
      requireHead(hostPath, isZip(head));
      await entriesOf(hostPath);
      break;
    case '.cbr':
      requireHead(hostPath, startsWith(head, 'Rar!') || isZip(head));
      break;
    case '.pdf':
      requireHead(hostPath, head.toString('latin1').includes('%PDF-'));
      break;
    case '.mobi':
    case '.azw':
    case '.azw3':
      await checkMobi(hostPath, head);
      break;
    case '.fb2':
      requireHead(hostPath, /<(\?xml|FictionBook)/.test(head.toString('utf8')));
      break;
    default:
      throw notAsNamed(hostPath);
  }
}

async function readHead(hostPath: string, at = 0): Promise<Buffer> {
  const handle = await open(hostPath, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, at);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** The record of the PalmDB that tells how its text is locked is the first one; its place stands at 78. */
async function checkMobi(hostPath: string, head: Buffer): Promise<void> {
  const type = head.toString('latin1', 60, 68);
  const isTopaz = startsWith(head, 'TPZ');
  requireHead(hostPath, isTopaz || ['BOOKMOBI', 'TEXtREAd'].includes(type));
  if (isTopaz || head.length < 82) throw locked(hostPath);
  const record = await readHead(hostPath, head.readUInt32BE(78));
  if (record.length >= 14 && record.readUInt16BE(12) !== 0) throw locked(hostPath);
}

async function checkEpub(hostPath: string, head: Buffer): Promise<void> {
  requireHead(hostPath, isZip(head));
  const entries = await entriesOf(hostPath);
  requireHead(hostPath, entries.has('META-INF/container.xml'));
  if (entries.has('META-INF/rights.xml')) throw locked(hostPath);
  const rights = entries.get('META-INF/encryption.xml');
  if (rights === undefined) return;
  const algorithms = [...rights.matchAll(/EncryptionMethod[^>]*Algorithm\s*=\s*["']([^"']+)/g)].map(
    ([, name]) => name,
  );
  if (algorithms.some((name) => !FONT_ALGORITHMS.includes(name ?? ''))) throw locked(hostPath);
}

/** Names of all entries; with the text of the one that tells what is locked. */
async function entriesOf(hostPath: string): Promise<Map<string, string>> {
  const zip = await yauzl.openPromise(hostPath, { lazyEntries: true }).catch((error: unknown) => {
    throw error instanceof Error && 'code' in error ? error : torn(hostPath, error);
  });
  try {
    const entries = new Map<string, string>();
    for await (const entry of zip.eachEntry()) {
      const isTold =
        entry.fileName === 'META-INF/encryption.xml' && entry.uncompressedSize < MAX_RIGHTS_BYTES;
      entries.set(entry.fileName, isTold ? await textOf(zip, entry) : '');
    }
    return entries;
  } catch (error) {
    throw torn(hostPath, error);
  } finally {
    zip.close();
  }
}

async function textOf(zip: yauzl.ZipFile, entry: yauzl.Entry): Promise<string> {
  const stream = await zip.openReadStreamPromise(entry);
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function isZip(head: Buffer): boolean {
  return startsWith(head, 'PK\u0003\u0004');
}

function startsWith(head: Buffer, text: string): boolean {
  return head.toString('latin1', 0, text.length) === text;
}

function requireHead(hostPath: string, isRight: boolean): void {
  if (!isRight) throw notAsNamed(hostPath);
}

function notAsNamed(hostPath: string): Fault {
  return new Fault('release_fault', `${path.basename(hostPath)} is not what its name says`);
}

function torn(hostPath: string, cause: unknown): Fault {
  return new Fault('release_fault', `${path.basename(hostPath)} is not whole`, { cause });
}

function locked(hostPath: string): Fault {
  return new Fault('release_fault', `${path.basename(hostPath)} is locked to a reader (DRM)`);
}
