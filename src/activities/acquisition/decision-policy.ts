import type { DecisionInput } from '../../domain/acquisition/decision-input.js';
import { chooseDelayProfile } from '../../domain/acquisition/delay-profile.js';
import { ruleProfileOf } from '../../domain/acquisition/quality-profile.js';
import type { MediaItem } from '../../domain/acquisition/release.js';
import { SCORING_PROFILES } from '../../domain/acquisition/scoring-profiles.js';
import { listDelayProfiles } from '../../store/acquisition/delay-profiles.js';
import {
  findQualityProfile,
  listCustomRules,
  type QualityProfileRow,
} from '../../store/acquisition/quality-profiles.js';
import { findRequest, type RequestRow } from '../../store/acquisition/requests.js';
import { findLibrary, listLibraries, type LibraryRow } from '../../store/acquisition/libraries.js';
import type { Queryable } from '../../store/database.js';

export type DecisionPolicy = Pick<DecisionInput, 'preferred' | 'scoring' | 'rules' | 'delay'>;

/** For whom a decision is made: a request, where there is one, and the library that shall have the item. */
export interface DecisionOwner {
  request: RequestRow | undefined;
  library: LibraryRow | undefined;
}

/** A search without a request is judged as one for the first library of its kind would be. */
export async function ownerOf(
  db: Queryable,
  { item, requestId }: { item: MediaItem; requestId?: string },
): Promise<DecisionOwner> {
  const request = requestId === undefined ? undefined : await findRequest(db, requestId);
  if (request !== undefined) return { request, library: await findLibrary(db, request.libraryId) };
  const libraries = await listLibraries(db);
  const library = libraries.find(({ enabled, mediaTypes }) => enabled && mediaTypes.includes(item.mediaType));
  return { request, library };
}

/** What people have laid down for it: the request's own profile, else its library's, else the built-in figures. */
export async function readPolicy(
  db: Queryable,
  { request, library }: DecisionOwner,
  profileId = request?.qualityProfileId ?? library?.qualityProfileId ?? undefined,
): Promise<DecisionPolicy> {
  const profile = profileId === undefined ? undefined : await findQualityProfile(db, profileId);
  const delays = await listDelayProfiles(db);
  const pendingSince = request?.pendingSince?.getTime();
  return {
    ...(profile === undefined ? {} : await figuresOf(db, profile)),
    ...(delays.length === 0
      ? {}
      : {
          delay: {
            profile: chooseDelayProfile(delays, [...(request?.tags ?? []), ...(library?.tags ?? [])]),
            ...(pendingSince === undefined ? {} : { pendingSince }),
          },
        }),
  };
}

async function figuresOf(db: Queryable, profile: QualityProfileRow): Promise<DecisionPolicy> {
  const rules = ruleProfileOf(profile, await listCustomRules(db));
  return {
    preferred: profile.preferences,
    scoring: SCORING_PROFILES[profile.scoring],
    ...(rules === undefined ? {} : { rules }),
  };
}
