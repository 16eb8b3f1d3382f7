import type { RequestState } from '../../../src/domain/acquisition/request-state.js';

/** What a request of the soak meets, and therefore how it has to end. */
export const FIXTURES = {
  good: { share: 52, ends: 'available' },
  /** Its best release's link is gone (410); the next one is good. */
  gone: { share: 10, ends: 'available' },
  /** Its best release has 900 seeders, says the indexer, and nobody has it; the next one is good. */
  lied: { share: 8, ends: 'available' },
  /** Its best release holds no sound; the next one is good. */
  junk: { share: 8, ends: 'available' },
  /** Only the flapping indexer offers it. */
  flapping: { share: 3, ends: 'available' },
  /** What is offered plays half as long as it should. */
  short: { share: 3, ends: 'needs_decision' },
  nothing: { share: 7, ends: 'awaiting_search' },
  /** Another author's book of the same name. */
  stranger: { share: 3, ends: 'awaiting_search' },
  unreleased: { share: 3, ends: 'awaiting_release' },
  /** Somebody cancels it, at any moment. */
  cancelled: { share: 3, ends: 'cancelled' },
} as const satisfies Record<string, { share: number; ends: RequestState }>;

export type FixtureKind = keyof typeof FIXTURES;

export interface Book {
  kind: FixtureKind;
  number: number;
  title: string;
  author: string;
}

/** A list a place, so that no release of one book fits another's request. */
const TITLES = [
  ['Amber', 'Birch', 'Cedar', 'Delta', 'Ember', 'Fjord', 'Grove', 'Heron', 'Ivory', 'Jade'],
  ['Anchor', 'Bridge', 'Candle', 'Dagger', 'Engine', 'Feather', 'Garden', 'Hammer', 'Island', 'Jewel'],
  ['Autumn', 'Blizzard', 'Comet', 'Dawn', 'Eclipse', 'Frost', 'Gale', 'Harvest', 'Inferno', 'Journey'],
] as const;
const FIRST = ['Anna', 'Bruno', 'Clara', 'David', 'Elena', 'Felix', 'Greta', 'Hugo', 'Irene', 'Jonas'];
const LAST = ['Adler', 'Brandt', 'Conrad', 'Dubois', 'Evans', 'Fabre', 'Greco', 'Holm', 'Iwata', 'Keller'];

/** `count` books, each kind by its share, in a mixed order that is the same for every run. */
export function planBooks(count: number): Book[] {
  const kinds = Object.keys(FIXTURES) as FixtureKind[];
  const total = kinds.reduce((sum, kind) => sum + FIXTURES[kind].share, 0);
  const owed = new Map(kinds.map((kind) => [kind, 0]));
  return Array.from({ length: count }, (_, index) => {
    for (const kind of kinds) owed.set(kind, (owed.get(kind) ?? 0) + FIXTURES[kind].share / total);
    const kind = kinds.reduce((most, one) => ((owed.get(one) ?? 0) > (owed.get(most) ?? 0) ? one : most));
    owed.set(kind, (owed.get(kind) ?? 0) - 1);
    return bookOf(kind, index);
  });
}

function bookOf(kind: FixtureKind, number: number): Book {
  const digit = (place: number): number => Math.floor(number / 10 ** place) % 10;
  const words = TITLES.map((list, place) => list[digit(place)] ?? '');
  const author = `${FIRST[digit(1)] ?? ''} ${LAST[digit(0)] ?? ''}`;
  return { kind, number, title: `The ${words.join(' ')}`, author };
}
