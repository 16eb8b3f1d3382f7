import { readFile } from 'node:fs/promises';

/** Ticks of the processors since the machine's start. */
interface Ticks {
  other: number;
  total: number;
}

export interface OtherLoad {
  /** Since the last call, 0 to 100; undefined at the first one, and where the system does not tell. */
  sample: () => Promise<number | undefined>;
}

/**
 * What programs of normal priority take of the processors. Media children run at nice 10, and the kernel counts niced
 * time by itself (proc(5), /proc/stat), so Longplay's encodes do not make themselves quiet.
 */
export function createOtherLoad(file = '/proc/stat'): OtherLoad {
  let before: Ticks | undefined;
  return {
    sample: async () => {
      const now = await readTicks(file);
      const earlier = before;
      before = now;
      if (now === undefined || earlier === undefined || now.total <= earlier.total) return undefined;
      return ((now.other - earlier.other) / (now.total - earlier.total)) * 100;
    },
  };
}

async function readTicks(file: string): Promise<Ticks | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const [, line] = /^cpu +(.*)$/m.exec(text) ?? [];
  if (line === undefined) return undefined;
  const [user = 0, nice = 0, system = 0, idle = 0, wait = 0, irq = 0, softIrq = 0, steal = 0] = line
    .split(' ')
    .map(Number);
  const other = user + system + irq + softIrq + steal;
  return { other, total: other + nice + idle + wait };
}
