import { z } from 'zod';

const MIB = 1_048_576;
const GIB = 1_024 * MIB;

/** SABnzbd writes most numbers as strings. */
const numeric = z.coerce.number().catch(0);
const word = z.string().nullish();

/** An item that is still downloaded; also finished ones for a moment, until post-processing takes them. */
const queueSlot = z
  .object({
    nzo_id: z.string(),
    filename: z.string(),
    status: z.string(),
    mb: numeric,
    mbleft: numeric,
    cat: word,
    priority: word,
    labels: z.array(z.string()).default([]),
  })
  .transform((slot) => ({
    kind: 'queue' as const,
    id: slot.nzo_id,
    name: slot.filename,
    status: slot.status,
    totalBytes: Math.round(slot.mb * MIB),
    leftBytes: Math.round(slot.mbleft * MIB),
    category: categoryOf(slot.cat),
    isForced: slot.priority === 'Force',
    labels: slot.labels,
  }));

export type QueueSlot = z.output<typeof queueSlot>;

export const queuePage = z
  .object({
    queue: z.object({
      version: z.string().default('unknown'),
      paused: z.boolean().default(false),
      kbpersec: numeric,
      diskspace1: numeric,
      diskspace2: numeric,
      noofslots: numeric,
      slots: z.array(queueSlot).default([]),
    }),
  })
  .transform(({ queue }) => ({
    version: queue.version,
    isPaused: queue.paused,
    bytesPerSecond: Math.round(queue.kbpersec * 1_024),
    /** Of the folder for what is incomplete. */
    freeBytes: Math.round(queue.diskspace1 * GIB),
    freeBytesComplete: Math.round(queue.diskspace2 * GIB),
    total: queue.noofslots,
    slots: queue.slots,
  }));

export type QueuePage = z.output<typeof queuePage>;

/** An item that is post-processed or over. */
const historySlot = z
  .object({
    nzo_id: z.string(),
    name: z.string(),
    status: z.string(),
    storage: word,
    category: word,
    bytes: numeric,
    fail_message: word,
  })
  .transform((slot) => ({
    kind: 'history' as const,
    id: slot.nzo_id,
    name: slot.name,
    status: slot.status,
    storage: slot.storage ?? '',
    totalBytes: slot.bytes,
    category: categoryOf(slot.category),
    failMessage: slot.fail_message ?? '',
  }));

export type HistorySlot = z.output<typeof historySlot>;

export const historyPage = z
  .object({ history: z.object({ noofslots: numeric, slots: z.array(historySlot).default([]) }) })
  .transform(({ history }) => ({ total: history.noofslots, slots: history.slots }));

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** Of the section `misc`. */
export const settings = z.object({ config: z.object({ misc: z.record(z.string(), z.unknown()) }) }).transform(
  ({ config }) =>
    (name: string): string =>
      scalar.catch('').parse(config.misc[name]),
);

export type Settings = z.output<typeof settings>;

export const added = z.object({ status: z.boolean(), nzo_ids: z.array(z.string()).default([]) });
export const done = z.object({ status: z.boolean().default(true) });

/** `*` and `None` are its words for none. */
function categoryOf(category: string | null | undefined): string | undefined {
  return category === undefined || category === null || ['', '*', 'None', 'Default'].includes(category)
    ? undefined
    : category;
}

/** A size as its settings write it: `500M`, `1.5 G`; 0 for none. */
export function bytesOfSetting(text: string): number {
  const [, amount = '0', unit = ''] = /^\s*([\d.]+)\s*([KMGT]?)/i.exec(text) ?? [];
  const power = ['', 'K', 'M', 'G', 'T'].indexOf(unit.toUpperCase());
  return Number(amount) * 1_024 ** power || 0;
}
