import { z } from 'zod';

import { Fault } from '../../domain/faults.js';
import type { DownloadContent } from '../../integrations/download-clients/port.js';
import type { StoredContent } from '../../store/acquisition/downloads.js';

const directFiles = z.array(
  z.object({
    url: z.string(),
    path: z.string(),
    sizeBytes: z.number().exactOptional(),
    checksum: z.object({ algorithm: z.enum(['sha-256', 'sha-1', 'md5']), hex: z.string() }).exactOptional(),
  }),
);

/** What is handed to a client, in the form that is kept until the download ends. */
export function packContent(content: DownloadContent): StoredContent {
  switch (content.kind) {
    case 'torrent':
    case 'nzb':
      return { kind: content.kind, bytes: content.bytes };
    case 'magnet':
      return { kind: 'magnet', bytes: Buffer.from(content.uri) };
    case 'files':
      return { kind: 'files', bytes: Buffer.from(JSON.stringify(content.files)) };
  }
}

/** @throws Fault defect for a torrent without its hash, which no plan writes. */
export function unpackContent(stored: StoredContent, infoHash: string | null): DownloadContent {
  const { kind, bytes } = stored;
  switch (kind) {
    case 'nzb':
      return { kind, bytes };
    case 'files':
      return { kind, files: directFiles.parse(JSON.parse(Buffer.from(bytes).toString('utf8'))) };
    case 'torrent':
    case 'magnet':
      break;
  }
  if (infoHash === null) throw new Fault('defect', `Expected the info hash of a ${kind}, it is not stored`);
  if (kind === 'torrent') return { kind, bytes, infoHash };
  return { kind, uri: Buffer.from(bytes).toString('utf8'), infoHash };
}
