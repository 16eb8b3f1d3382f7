import type { Machine } from './machine.js';
import type { Measured } from './figure.js';

/** Measures what belongs together; `only` on the command line picks by name. */
export interface Part<Stage> {
  name: string;
  measure: (stage: Stage) => Promise<Measured[]>;
}

/** Something that a part cannot measure on this machine or in this version: told, not failed. */
export class Skipped extends Error {}

export interface OpenedBench {
  machine: Pick<Machine, 'postgres' | 'temporal' | 'ffmpeg'>;
  measure: (part: string) => Promise<Measured[]>;
  /** Ends every process and removes every file; also in the middle of a part. */
  close: () => Promise<void>;
}

export interface Bench {
  name: string;
  /** One sentence for the list of benches. */
  summary: string;
  parts: string[];
  open: () => Promise<OpenedBench>;
}

/** A bench whose parts share one stage, e.g. a running service. */
export function defineBench<Stage>(bench: {
  name: string;
  summary: string;
  open: () => Promise<{ stage: Stage; machine: OpenedBench['machine']; close: () => Promise<void> }>;
  parts: readonly Part<Stage>[];
}): Bench {
  return {
    name: bench.name,
    summary: bench.summary,
    parts: bench.parts.map(({ name }) => name),
    open: async () => {
      const { stage, machine, close } = await bench.open();
      return {
        machine,
        close,
        measure: (name) => {
          const part = bench.parts.find((one) => one.name === name);
          return part === undefined ? Promise.resolve([]) : part.measure(stage);
        },
      };
    },
  };
}
