import { createHash } from 'node:crypto';

/** Numbers from a seed: the same seed and name give the same ones. */
export interface Random {
  /** 0 ≤ n < 1. */
  next: () => number;
  /** A whole number, both ends included. */
  between: (least: number, most: number) => number;
  chance: (probability: number) => boolean;
  pick: <Item>(items: readonly [Item, ...Item[]]) => Item;
  pickAny: <Item>(items: readonly Item[]) => Item | undefined;
}

export function createRandom(seed: number, name: string): Random {
  let drawn = 0;
  const next = (): number => {
    drawn += 1;
    return createHash('sha256').update(`${seed} ${name} ${drawn}`).digest().readUInt32BE(0) / 2 ** 32;
  };
  const pickAny = <Item>(items: readonly Item[]): Item | undefined =>
    items[Math.floor(next() * items.length)];
  return {
    next,
    between: (least, most) => least + Math.floor(next() * (most - least + 1)),
    chance: (probability) => next() < probability,
    pick: (items) => pickAny(items) ?? items[0],
    pickAny,
  };
}
