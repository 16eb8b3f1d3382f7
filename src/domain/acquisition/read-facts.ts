import { authorMatcher, splitAuthors } from './author-match.js';
import { readBlocklist } from './blocklist.js';
import { compileRules, type RuleProfile } from './custom-rules.js';
import type { DecisionInput } from './decision-input.js';
import { toldLanguages } from './edition-fit.js';
import { mainTitle } from './normalize-title.js';
import { releaseTitleParser, type ParsedReleaseTitle } from './parse-release-title.js';
import { readTitle, type ReadTitle } from './read-title.js';
import type { MediaItem, Release } from './release.js';
import type { RuleFacts } from './rule-facts.js';
import { DEFAULT_SCORING } from './scoring-profiles.js';
import { titleMatcher } from './title-match.js';
import { videoMatcher, videoName } from './video-match.js';
import { DEFAULT_VIDEO_RULES } from './video-rule-profile.js';
import { isVideo } from './video-rules.js';

/** All about the item is read once, since releases come by the thousand. */
export function factsReader(input: DecisionInput): (release: Release) => RuleFacts {
  const { item, grabbed, protocols, now } = input;
  const indexers = new Map(input.indexers.map((indexer) => [indexer.id, indexer]));
  const readName = nameReader(item);
  const applyRules = compileRules(rulesFor(input));
  const [preferences, scoring] = [input.preferred ?? {}, input.scoring ?? DEFAULT_SCORING];
  const [circumstances, delay] = [input.circumstances ?? {}, input.delay?.profile];
  const blocklist = readBlocklist(input.blocklist, now);
  const mode = input.mode ?? 'automatic';
  return (release) => {
    const { parsed, title, author } = readName(release);
    // Each by its name: spreading an object of so many fields is slow.
    return {
      item,
      release,
      parsed,
      indexer: indexers.get(release.indexerId),
      title,
      author,
      custom: applyRules({ release, parsed, languages: toldLanguages({ release, parsed }) }),
      preferences,
      scoring,
      circumstances,
      blocklist,
      grabbed,
      protocols,
      delay,
      mode,
      now,
    };
  };
}

type NameFacts = Pick<RuleFacts, 'parsed' | 'title' | 'author'>;

/** What names tell. One upload is offered by several indexers under one name, so each name is read once. */
function nameReader(item: MediaItem): (release: Release) => NameFacts {
  const parse = titleParser(item);
  const [matchBook, matchVideo, matchAuthors] = [titleMatcher(item), videoMatcher(item), authorMatcher(item)];
  const readName = (release: Release): NameFacts => {
    const read = readTitle(release.title);
    const parsed = parse(read);
    const title = parsed.video === undefined ? matchBook(release, read) : matchVideo(release, parsed.video);
    return { parsed, title, author: matchAuthors(release, read) };
  };
  const known = new Map<string, NameFacts>();
  return (release) => {
    // What else an indexer tells belongs to this one release.
    if (isVideo(item) || release.bookTitle !== undefined || release.author !== undefined)
      return readName(release);
    const facts = known.get(release.title) ?? readName(release);
    known.set(release.title, facts);
    return facts;
  };
}

/** The named rules that hold for the item. */
export function rulesFor({ rules, item }: DecisionInput): RuleProfile | undefined {
  return rules ?? (isVideo(item) ? DEFAULT_VIDEO_RULES : undefined);
}

/** Reads names with the item's own words blanked. */
export function titleParser(item: MediaItem): (title: ReadTitle) => ParsedReleaseTitle {
  const { title, author, series } = item;
  const known = isVideo(item)
    ? [videoName(item)]
    : [title, mainTitle(title), series ?? '', ...splitAuthors(author ?? '')];
  return releaseTitleParser({ known, isVideo: isVideo(item) });
}
