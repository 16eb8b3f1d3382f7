import { z } from 'zod';

/** Sizes come in two halves of 32 bits. */
function bytesOf(low: number, high: number): number {
  return high * 2 ** 32 + (low >>> 0);
}

const parameters = z.array(z.object({ Name: z.string(), Value: z.string() })).default([]);

const shared = {
  NZBID: z.number().int(),
  Category: z.string().default(''),
  DestDir: z.string().default(''),
  FinalDir: z.string().default(''),
  FileSizeLo: z.number().default(0),
  FileSizeHi: z.number().default(0),
  Parameters: parameters,
};

/** An item of the queue, also while it is post-processed. */
export const group = z
  .object({
    ...shared,
    NZBName: z.string(),
    Status: z.string(),
    ActiveDownloads: z.number().default(0),
    RemainingSizeLo: z.number(),
    RemainingSizeHi: z.number(),
    PausedSizeLo: z.number(),
    PausedSizeHi: z.number(),
    Health: z.number().default(1_000),
    CriticalHealth: z.number().default(0),
  })
  .transform((entry) => ({
    kind: 'group' as const,
    ...identify(entry),
    name: entry.NZBName,
    status: entry.Status,
    activeDownloads: entry.ActiveDownloads,
    remainingBytes: bytesOf(entry.RemainingSizeLo, entry.RemainingSizeHi),
    pausedBytes: bytesOf(entry.PausedSizeLo, entry.PausedSizeHi),
    isBeyondRepair: entry.Health < entry.CriticalHealth,
  }));

const part = z.string().default('NONE');

/** An item that is over, well or not. */
export const historyItem = z
  .object({
    ...shared,
    Name: z.string(),
    Status: z.string(),
    HistoryTime: z.number().default(0),
    ParStatus: part,
    UnpackStatus: part,
    MoveStatus: part,
    ScriptStatus: part,
    DeleteStatus: part,
    MarkStatus: part,
    UrlStatus: part,
  })
  .transform((entry) => ({
    kind: 'history' as const,
    ...identify(entry),
    name: entry.Name,
    status: entry.Status,
    historyTime: entry.HistoryTime,
    par: entry.ParStatus,
    unpack: entry.UnpackStatus,
    move: entry.MoveStatus,
    script: entry.ScriptStatus,
    deleted: entry.DeleteStatus,
    mark: entry.MarkStatus,
    url: entry.UrlStatus,
  }));

export type Group = z.output<typeof group>;
export type HistoryItem = z.output<typeof historyItem>;

/** Our own post-processing parameters: the item's tag, and what owns it. */
export const TAG_PARAMETER = 'lp';
export const OWNER_PARAMETER = 'lp-owner';

interface Shared {
  NZBID: number;
  Category: string;
  DestDir: string;
  FinalDir: string;
  FileSizeLo: number;
  FileSizeHi: number;
  Parameters: { Name: string; Value: string }[];
}

function identify(entry: Shared) {
  const parameter = (name: string): string | undefined =>
    entry.Parameters.find((each) => each.Name.toLowerCase() === name)?.Value;
  return {
    id: entry.NZBID,
    category: entry.Category,
    directory: entry.FinalDir === '' ? entry.DestDir : entry.FinalDir,
    totalBytes: bytesOf(entry.FileSizeLo, entry.FileSizeHi),
    tag: parameter(TAG_PARAMETER),
    owner: parameter(OWNER_PARAMETER),
  };
}

export const serverStatus = z
  .object({
    DownloadPaused: z.boolean(),
    DownloadRate: z.number().default(0),
    FreeDiskSpaceLo: z.number().default(-1),
    FreeDiskSpaceHi: z.number().default(-1),
  })
  .transform((status) => ({
    isPaused: status.DownloadPaused,
    bytesPerSecond: status.DownloadRate,
    /** It writes -1 in both halves while it cannot tell: before the folder is made, for one. */
    freeBytes:
      status.FreeDiskSpaceHi >>> 0 === 0xffff_ffff
        ? undefined
        : bytesOf(status.FreeDiskSpaceLo, status.FreeDiskSpaceHi),
  }));

export const settings = z
  .array(z.object({ Name: z.string(), Value: z.string() }))
  .transform((entries) => new Map(entries.map(({ Name, Value }) => [Name, Value])));

export const logLines = z.array(z.object({ Kind: z.string(), Text: z.string() }));
