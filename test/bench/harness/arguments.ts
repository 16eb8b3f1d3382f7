import { parseArgs } from 'node:util';

import type { Bench } from './bench.js';

export type Asked =
  { kind: 'list' } | { kind: 'run'; bench: Bench; parts: string[]; jsonFile: string | null };

/** @throws Error that names what there is, for an unknown bench or part. */
export function readArguments(given: string[], benches: readonly Bench[]): Asked {
  const { values, positionals } = parseArgs({
    args: given,
    allowPositionals: true,
    options: { json: { type: 'string' }, only: { type: 'string' } },
  });
  const [name] = positionals;
  if (name === undefined) return { kind: 'list' };
  const bench = benches.find((one) => one.name === name);
  if (bench === undefined) {
    throw new Error(`Expected one of ${benches.map((one) => one.name).join(', ')}, got "${name}"`);
  }
  const only = values.only?.split(',') ?? bench.parts;
  const unknown = only.find((part) => !bench.parts.includes(part));
  if (unknown !== undefined) throw new Error(`Expected --only ${bench.parts.join(',')}, got "${unknown}"`);
  return {
    kind: 'run',
    bench,
    parts: bench.parts.filter((part) => only.includes(part)),
    jsonFile: values.json ?? null,
  };
}
