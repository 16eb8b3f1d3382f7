import type { MatchTarget } from '../../src/domain/acquisition/match-guards.js';
import type { MediaItem, Release } from '../../src/domain/acquisition/release.js';
import type { Random } from './random.js';

const MEBIBYTE = 1_048_576;
const DAY_MS = 86_400_000;

/** What made releases are asked for: ten hours, so 275 MiB at 64 kbit/s. */
export const MADE_ITEM = {
  mediaType: 'audiobook',
  title: 'The Lantern of the North',
  author: 'Mara Ellingworth',
  language: 'en',
  series: 'Harbour Lights',
  seriesPart: '2',
  runtimeSeconds: 36_000,
} as const satisfies MediaItem;

/** All of them have its words; the last ones are less sure to be it. */
const SPELLINGS = [
  MADE_ITEM.title,
  MADE_ITEM.title,
  MADE_ITEM.title,
  MADE_ITEM.title,
  'The North of the Lantern',
  'Of the North, a Lantern',
] as const;

const WORDS = (
  'amber anchor autumn battle beacon bitter black bridge broken burning candle castle copper crimson crown daughter ' +
  'desert dragon dream ember empire falling feather forest fortune garden ghost glass golden harbour hidden hollow ' +
  'island ivory journey kingdom lantern last letter lion lost meadow memory midnight mirror moon mountain night north ' +
  'ocean oracle paper pearl phantom promise quiet raven river road rose sailor salt secret shadow signal silent silver ' +
  'song south spring station stone storm summer sword thief thorn thunder tower valley velvet voyage water whisper ' +
  'white widow wild wind winter wolf wonder'
).split(' ') as [string, ...string[]];
const FIRST =
  'Ada Boris Carla Dmitri Elena Felix Greta Hugo Iris Jonas Karin Lars Mara Nora Oscar Petra Quentin Rosa Stefan Tilda'.split(
    ' ',
  ) as [string, ...string[]];
const LAST = (
  'Abernathy Bergman Castellan Dunmore Ellingworth Fairbanks Goldstone Hartwell Ingram Jorgensen Kingsley Lindqvist ' +
  'Marchetti Northcote Okafor Pemberton Rasmussen Silverwood Thackeray Underhill Vandermeer Whitlock Yarborough'
).split(' ') as [string, ...string[]];

function capitalize(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

export function makeName(random: Random): string {
  return `${random.pick(FIRST)} ${random.pick(LAST)}`;
}

export function makeTitle(random: Random): string {
  const words = Array.from({ length: random.between(1, 4) }, () => capitalize(random.pick(WORDS)));
  const joined = words.join(random.pick([' ', ' ', ' of the ', ' and ']));
  return random.chance(0.5) ? `The ${joined}` : joined;
}

/** As indexers tell it: mostly near the item, as a search finds it, and some of everything else. */
export function makeReleases(random: Random, count: number): Release[] {
  return Array.from({ length: count }, (_, number) => makeOne(random, number));
}

function makeOne(random: Random, number: number): Release {
  const usenet = random.chance(0.3);
  const publishedAt = new Date(Date.UTC(2026, 1, 1) - random.between(0, 2_000) * DAY_MS).toISOString();
  return {
    indexerId: random.pick(['alpha', 'beta', 'gamma']),
    guid: `guid-${number}`,
    title: releaseName(random),
    protocol: usenet ? 'usenet' : 'torrent',
    sizeBytes: random.between(5, 1_200) * MEBIBYTE,
    categories: [random.chance(0.9) ? 3030 : 3010],
    publishedAt,
    freeleech: random.chance(0.2),
    ...(usenet ? {} : { seeders: random.between(0, 400), peers: random.between(0, 900) }),
    ...(usenet || random.chance(0.2) ? {} : { infoHash: number.toString(16).padStart(40, '0') }),
  };
}

function releaseName(random: Random): string {
  const title = random.chance(0.7) ? random.pick(SPELLINGS) : makeTitle(random);
  const author = random.chance(0.8) ? MADE_ITEM.author : makeName(random);
  const tags = [
    random.pick(['M4B', 'MP3', '[M4B 64 kbps]', '{FLAC}', '[MP3 128k]', '']),
    random.pick(['[Unabridged]', '(Unabridged)', '(Abridged)', '', '']),
    random.pick(['[English]', '[EN]', '[German]', '', '']),
    random.pick(['', '', `read by ${makeName(random)}`]),
    random.pick(['', '', '', 'REPACK']),
  ].filter((tag) => tag !== '');
  const volume = random.pick(['', '', '', ', Book 2', ', Book 3', ': Harbour Lights #2']);
  const year = random.pick(['', ` (${random.between(1990, 2025)})`]);
  const name = `${author} - ${title}${volume}${year} ${tags.join(' ')}`.trim();
  return random.chance(0.25) ? `${name.replaceAll(/[\s()[\]{}]+/g, '.')}-GRP` : name;
}

/** A library as a scan reads it. */
export function makeLibrary(random: Random, count: number): MatchTarget[] {
  return Array.from({ length: count }, (_, number) => {
    const subtitle = random.pick(['', '', ' (Unabridged)', `: A ${capitalize(random.pick(WORDS))} Story`]);
    const volume = random.pick(['', '', '', `, Book ${random.between(1, 9)}`]);
    return {
      id: `item-${number}`,
      title: `${makeTitle(random)}${volume}${subtitle}`,
      author: random.chance(0.95) ? makeName(random) : null,
      narrator: random.chance(0.6) ? makeName(random) : null,
      asin: null,
      isbn: null,
      durationSeconds: random.chance(0.7) ? random.between(3_600, 90_000) : null,
    };
  });
}

/** What is asked for: most of it like something in the library, with another spelling, edition or volume. */
export function makeWanted(random: Random, library: readonly MatchTarget[], count: number): MediaItem[] {
  return Array.from({ length: count }, () => {
    const near = random.chance(0.8) ? random.pickAny(library) : undefined;
    const title = near === undefined ? makeTitle(random) : misspell(near.title, random);
    const author = near?.author ?? makeName(random);
    const volume = random.chance(0.1) ? { seriesPart: String(random.between(1, 9)) } : {};
    return { mediaType: 'audiobook', title, ...(random.chance(0.95) ? { author } : {}), ...volume };
  });
}

function misspell(title: string, random: Random): string {
  if (random.chance(0.6)) return title;
  const at = random.between(0, title.length - 1);
  return random.pick([
    title.slice(0, at) + title.slice(at + 1),
    `${title.slice(0, at)}x${title.slice(at + 1)}`,
    title.toUpperCase(),
    `${title} ${capitalize(random.pick(WORDS))}`,
    title.split(':')[0] ?? title,
  ]);
}
