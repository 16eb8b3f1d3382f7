/** Which videos a rule is for; `unplayable`: those that browsers cannot play as they are. */
export const RULE_VIDEOS = ['all', 'valid', 'unplayable'] as const;
export type RuleVideos = (typeof RULE_VIDEOS)[number];

/** What is to be done with a new video, by itself. */
export interface MediaRule {
  id: string;
  name: string;
  /** Logical paths: a video that is new below one of them. */
  places: string[];
  /** It counts for what requests have filed, too. */
  filed: boolean;
  videos: RuleVideos;
  /** A job type that takes a `videoId`. */
  type: string;
  /** Of the job, but for its video. */
  params: Record<string, unknown>;
  /** Null: the type's own. */
  priority: number | null;
  enabled: boolean;
}

/** What rules ask of a video. */
export interface RuledVideo {
  /** Logical path. */
  place: string;
  filed: boolean;
  valid: boolean | null;
  playable: boolean | null;
}

export function ruleApplies(
  rule: Pick<MediaRule, 'enabled' | 'filed' | 'places' | 'videos'>,
  video: RuledVideo,
): boolean {
  if (!rule.enabled || !isMeant(rule.videos, video)) return false;
  return (rule.filed && video.filed) || rule.places.some((place) => isPlaceBelow(place, video.place));
}

function isMeant(videos: RuleVideos, { valid, playable }: RuledVideo): boolean {
  switch (videos) {
    case 'all':
      return true;
    case 'valid':
      return valid === true;
    case 'unplayable':
      return valid === true && playable === false;
  }
}

/** `library:` holds all of its root; `library:Films` is no part of `library:Films2`. */
function isPlaceBelow(folder: string, place: string): boolean {
  return place.startsWith(folder.endsWith(':') || folder.endsWith('/') ? folder : `${folder}/`);
}
