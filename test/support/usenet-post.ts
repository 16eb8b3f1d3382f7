import { randomBytes } from 'node:crypto';

import type { NntpServer } from './nntp-server.js';

export interface PostedFile {
  name: string;
  messageIds: string[];
}

export interface Post {
  nzb: Uint8Array;
  files: PostedFile[];
}

const SEGMENT_BYTES = 64 * 1024;

/** Puts files up on the server in articles and writes the NZB that names them. */
export function postFiles(
  server: Pick<NntpServer, 'put'>,
  files: readonly { name: string; bytes: Uint8Array }[],
  options: { segmentBytes?: number; meta?: Record<string, string> } = {},
): Post {
  const posted = files.map((file) => postFile(server, file, options.segmentBytes ?? SEGMENT_BYTES));
  return { nzb: Buffer.from(writeNzb(posted, options.meta ?? {})), files: posted };
}

interface PostedSegments extends PostedFile {
  sizes: number[];
}

function postFile(
  server: Pick<NntpServer, 'put'>,
  { name, bytes }: { name: string; bytes: Uint8Array },
  segmentBytes: number,
): PostedSegments {
  const total = Math.max(1, Math.ceil(bytes.length / segmentBytes));
  const posted: PostedSegments = { name, messageIds: [], sizes: [] };
  for (let at = 0; at < total; at += 1) {
    const offset = at * segmentBytes;
    const part = bytes.subarray(offset, offset + segmentBytes);
    const messageId = `${randomBytes(10).toString('hex')}@news.invalid`;
    server.put(messageId, { name, part: at + 1, total, fileBytes: bytes.length, offset, bytes: part });
    posted.messageIds.push(messageId);
    posted.sizes.push(part.length);
  }
  return posted;
}

function writeNzb(files: readonly PostedSegments[], meta: Record<string, string>): string {
  const head = Object.entries(meta).map(([type, value]) => `<meta type="${type}">${escape(value)}</meta>`);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE nzb PUBLIC "-//newzBin//DTD NZB 1.1//EN" "http://www.newzbin.com/DTD/nzb/nzb-1.1.dtd">',
    '<nzb xmlns="http://www.newzbin.com/DTD/2003/nzb">',
    ...(head.length === 0 ? [] : [`<head>${head.join('')}</head>`]),
    ...files.map(writeFile),
    '</nzb>',
    '',
  ].join('\n');
}

function writeFile({ name, messageIds, sizes }: PostedSegments): string {
  const subject = escape(`[1/1] - "${name}" yEnc (1/${messageIds.length})`);
  const segments = messageIds.map(
    (id, at) => `<segment bytes="${sizes[at] ?? 0}" number="${at + 1}">${escape(id)}</segment>`,
  );
  const date = Math.floor(Date.now() / 1_000) - 3_600;
  return [
    `<file poster="nobody &lt;nobody@news.invalid&gt;" date="${date}" subject="${subject}">`,
    '<groups><group>alt.binaries.test</group></groups>',
    `<segments>${segments.join('')}</segments>`,
    '</file>',
  ].join('\n');
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
