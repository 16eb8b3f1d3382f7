import type { Capabilities, EncoderCapability } from './capabilities.js';
import { VENDORS, type Encoder, type EncodeWay, type HardwareWay, type Vendor } from './encode-way.js';
import type { EncodePlan } from './playback-plan.js';
import type { VideoStream } from './source.js';

/** What decides who decodes a source. */
export type DecodedSource = Pick<VideoStream, 'codec' | 'bitDepth' | 'chroma' | 'rotation'>;

/** What the segments that are there already were made by; others do not join with them. */
export interface Begun {
  encoder: Encoder;
  frugal: boolean;
}

/**
 * The ways in which a picture is tried, in their order: decoded and encoded by the card, decoded in software, all in
 * software (media.md §5.2). The first is left out where the card does not decode such a source; the middle one never is.
 */
export function waysOf({
  wish,
  capabilities,
  plan,
  source,
  begun,
}: {
  wish: 'auto' | Encoder;
  capabilities: Capabilities;
  plan: EncodePlan;
  source: DecodedSource;
  begun?: Begun | undefined;
}): EncodeWay[] {
  const card =
    begun?.encoder === 'software' ? undefined : cardFor(capabilities, vendorsOf(begun?.encoder ?? wish));
  if (card === undefined) return [{ encoder: 'software' }];
  const { vendor, found } = card;
  const inSoftware: HardwareWay = {
    ...{ encoder: vendor, device: found.device, rateControl: found.rateControl },
    ...{ decode: 'software', frames: 'memory', frugal: begun?.frugal ?? false },
  };
  const frames = framesOf(found, plan, source);
  const first: EncodeWay[] = frames === undefined ? [] : [{ ...inSoftware, decode: 'hardware', frames }];
  return [...first, inSoftware, { encoder: 'software' }];
}

function vendorsOf(wish: 'auto' | Encoder): readonly Vendor[] {
  if (wish === 'software') return [];
  return wish === 'auto' ? VENDORS : [wish];
}

function cardFor(
  { encoders, quarantine }: Capabilities,
  vendors: readonly Vendor[],
): { vendor: Vendor; found: EncoderCapability } | undefined {
  if (quarantine !== null) return undefined;
  for (const vendor of vendors) {
    const found = encoders.find(({ encoder, usable }) => encoder === vendor && usable);
    if (found !== undefined) return { vendor, found };
  }
  return undefined;
}

/** Where decoded pictures go; undefined: the card does not decode it. */
function framesOf(
  { decoders }: EncoderCapability,
  plan: EncodePlan,
  source: DecodedSource,
): HardwareWay['frames'] | undefined {
  if (source.chroma !== '4:2:0') return undefined;
  const usable = decoders.filter(
    (one) => one.usable && one.codec === source.codec && one.bitDepth === source.bitDepth,
  );
  const stays = usable.some(({ frames }) => frames === 'card') && canStay(plan, source);
  if (stays) return 'card';
  return usable.some(({ frames }) => frames === 'memory') ? 'memory' : undefined;
}

/**
 * On the card a picture is scaled and nothing else. What a tag turns is turned in memory, where FFmpeg clears the tag
 * (media.md §7 no. 19, docs/decisions/media-jobs.md).
 */
function canStay(
  { toneMap, deinterlace, colorMatrix, fullRange }: EncodePlan,
  { rotation }: DecodedSource,
): boolean {
  return rotation === 0 && !toneMap && !deinterlace && colorMatrix === 'bt709' && !fullRange;
}
