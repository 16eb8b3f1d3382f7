import { setImmediate as nextTurn } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';

import { SaxesParser } from 'saxes';

import { Fault, normalizeError } from '../../domain/faults.js';

export interface NzbFile {
  /** Plain XML: what may have come packed is unpacked. */
  bytes: Uint8Array;
  files: { subject: string; segments: number; sizeBytes: number }[];
  segments: number;
  /** As posted: some per cent more than the content, repair blocks included. */
  totalBytes: number;
  /** Of its head, where its poster told one. */
  passwords: string[];
  /** Of its head. */
  title?: string;
}

/** 100 GB in articles of 700 kB make about 15 MB of XML. */
export const NZB_LIMIT_BYTES = 100 * 1024 * 1024;

/** Between two chunks other work gets its turn. */
const CHUNK_CHARS = 256 * 1024;

/**
 * Reads an NZB file, which may be packed by gzip.
 * @throws Fault release_fault for anything else, for one without segments, and for one above the limit.
 */
export async function parseNzbFile(
  file: Uint8Array,
  { limitBytes = NZB_LIMIT_BYTES }: { limitBytes?: number } = {},
): Promise<NzbFile> {
  const bytes = unpack(file, limitBytes);
  const reader = createReader();
  try {
    const text = decode(bytes);
    for (let at = 0; at < text.length; at += CHUNK_CHARS) {
      reader.write(text.slice(at, at + CHUNK_CHARS));
      await nextTurn();
    }
    return { bytes, ...reader.end() };
  } catch (error) {
    throw new Fault('release_fault', `Expected an NZB file, but ${describe(bytes, error)}`, { cause: error });
  }
}

function unpack(file: Uint8Array, limitBytes: number): Uint8Array {
  const isPacked = file[0] === 0x1f && file[1] === 0x8b;
  if (!isPacked && file.length <= limitBytes) return file;
  try {
    // It refuses by itself to unpack more than that: a small file may hold gigabytes of zeros.
    if (isPacked) return gunzipSync(file, { maxOutputLength: limitBytes });
  } catch (error) {
    const why = normalizeError(error).message.slice(0, 200);
    throw new Fault('release_fault', `Expected an NZB file, but it cannot be unpacked: ${why}`, {
      cause: error,
    });
  }
  throw new Fault('release_fault', `Expected an NZB file of at most ${limitBytes} bytes, got ${file.length}`);
}

function describe(bytes: Uint8Array, error: unknown): string {
  const begins = Buffer.from(bytes.subarray(0, 24))
    .toString('latin1')
    .replaceAll(/[^ -~]/g, '.');
  return `what came begins "${begins}" (${normalizeError(error).message.slice(0, 200)})`;
}

/** By the charset of the XML declaration, else UTF-8; old tools write ISO-8859-1. */
function decode(bytes: Uint8Array): string {
  const begins = Buffer.from(bytes.subarray(0, 200)).toString('latin1');
  const label = /^\s*(?:\xef\xbb\xbf)?<\?xml[^>]*encoding=["']([\w-]+)/i.exec(begins)?.[1] ?? 'utf-8';
  return new TextDecoder(label).decode(bytes).trimStart();
}

interface Reader {
  write: (text: string) => void;
  /** @throws Error when the document is cut off or holds nothing. */
  end: () => Omit<NzbFile, 'bytes'>;
}

/** Streams: a tree of a million segments would take a gigabyte. */
function createReader(): Reader {
  const parser = new SaxesParser();
  const found: Omit<NzbFile, 'bytes'> = { files: [], segments: 0, totalBytes: 0, passwords: [] };
  const path: string[] = [];
  let attributes: Record<string, string> = {};
  let text = '';
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', (tag) => {
    path.push(localName(tag.name));
    attributes = { ...tag.attributes };
    text = '';
    if (path[0] !== 'nzb') throw new Error(`its root is <${path[0] ?? ''}>`);
    if (path.join('/') === 'nzb/file') {
      found.files.push({ subject: attributes['subject'] ?? '', segments: 0, sizeBytes: 0 });
    }
  });
  const addText = (more: string): void => {
    text += more;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    readElement(found, { path: path.join('/'), attributes, text: text.trim() });
    path.pop();
  });
  return {
    write: (more) => parser.write(more),
    end: () => {
      parser.close();
      if (found.segments === 0) throw new Error('it names no segment');
      return found;
    },
  };
}

function readElement(
  found: Omit<NzbFile, 'bytes'>,
  { path, attributes, text }: { path: string; attributes: Record<string, string>; text: string },
): void {
  if (path === 'nzb/file/segments/segment') {
    countSegment(found, { messageId: text, bytes: Number(attributes['bytes'] ?? 0) });
  } else if (path === 'nzb/head/meta' && text !== '') {
    const type = attributes['type']?.toLowerCase();
    if (type === 'password') found.passwords.push(text);
    if (type === 'title' || type === 'name') found.title ??= text;
  }
}

/** The id becomes a part of a command to a news server: nothing in it may end that command. */
function countSegment(
  found: Omit<NzbFile, 'bytes'>,
  { messageId, bytes }: { messageId: string; bytes: number },
): void {
  if (!/^[\x21-\x7e]{1,250}$/.test(messageId)) throw new Error('a segment has no message id');
  const file = found.files.at(-1);
  if (file === undefined) throw new Error('a segment belongs to no file');
  const sizeBytes = Number.isSafeInteger(bytes) && bytes > 0 ? bytes : 0;
  file.segments += 1;
  file.sizeBytes += sizeBytes;
  found.segments += 1;
  found.totalBytes += sizeBytes;
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
