import { Fault, normalizeError } from '../../domain/faults.js';
import { hasCard } from '../../domain/media/capabilities.js';
import { waysOf, type Begun } from '../../domain/media/encode-chain.js';
import { wayInWords, type EncodeWay, type Encoding } from '../../domain/media/encode-way.js';
import type { EncodePlan } from '../../domain/media/playback-plan.js';
import type { PlaybackWork } from '../../domain/media/playback-work.js';
import { FfmpegFault } from '../../media/ffmpeg/ffmpeg-fault.js';
import { afterTrouble, type AfterTrouble } from '../../media/hardware/next-way.js';
import type { ActivityDeps } from '../deps.js';
import type { StepContext } from '../jobs/step.js';

const SOFTWARE: EncodeWay = { encoder: 'software' };
/** Between two asks for a session that others hold; never the same for two jobs (media.md §7 no. 22). */
const SESSION_WAIT_MS = { least: 10_000, most: 20_000 };

interface ByWays {
  work: PlaybackWork;
  step: StepContext;
  /** What has made the segments that are there. */
  begun?: Begun | undefined;
}

/**
 * Encodes in the first way of the chain that works: the card decodes and encodes, the card encodes, software does all
 * (media.md §5.2). Each that fails is told with its reason, and the card is given back before software begins.
 * @throws what `encode` throws where no other way helps; Fault environment (encoder_sessions) while all are taken.
 */
export async function encodeByWays<Made>(
  deps: ActivityDeps,
  { work, step, begun }: ByWays,
  encode: (way: EncodeWay, encoding: Encoding) => Promise<Made>,
): Promise<Made> {
  let ways = await waysFor(deps, { work, step, begun });
  const failed: Encoding['failed'] = [];
  for (;;) {
    const [way = SOFTWARE] = ways;
    step.log('info', `encodes by ${wayInWords(way)}`);
    try {
      return await encode(way, encodingBy(way, failed));
    } catch (error) {
      step.signal.throwIfAborted();
      const { left, blamesCard } = nextWays(ways, error);
      const reason = normalizeError(error).message;
      if (blamesCard) deps.hardware.cardFailed(reason);
      const [next] = left ?? [];
      if (left === undefined || next === undefined) throw waitingApart(error);
      failed.push({ way: wayInWords(way), reason });
      step.log('warn', `could not encode by ${wayInWords(way)}: ${reason}`);
      if (next.encoder === 'software') step.useOnly({ ...step.needs, vramMb: 0, encoderSessions: 0 });
      ways = left;
    }
  }
}

/** A step that was given no session of an encoder has no card: a person has moved it to the CPU, or wants software. */
async function waysFor(
  { hardware }: ActivityDeps,
  { work: { chain, plan }, step, begun }: ByWays,
): Promise<EncodeWay[]> {
  if (chain === undefined || plan.video.kind === 'copy' || step.needs.encoderSessions === 0)
    return [SOFTWARE];
  const capabilities = await hardware.capabilities();
  const { wish, source } = chain;
  const picture: EncodePlan = plan.video;
  const ways = waysOf({ wish, capabilities, plan: picture, source, begun });
  if (begun === undefined && wish !== 'auto' && ways[0]?.encoder !== wish) {
    const why = hasCard(capabilities) ? 'another card is here' : 'no card is to be used here';
    step.log('warn', `${wish} was asked for; ${why}`);
  }
  return ways;
}

/** What a card has made and what did not pass its checks is a failure of that way, too. */
function nextWays(ways: readonly EncodeWay[], error: unknown): AfterTrouble {
  if (error instanceof FfmpegFault) return afterTrouble(ways, error.trouble);
  const isRefused = error instanceof Fault && error.kind === 'transient';
  return isRefused ? afterTrouble(ways, 'failed') : { left: undefined, blamesCard: false };
}

/** Jobs that wait for the same sessions do not ask for them at the same moment. */
function waitingApart(error: unknown): unknown {
  if (!(error instanceof FfmpegFault) || error.trouble !== 'sessions_full') return error;
  const { least, most } = SESSION_WAIT_MS;
  return new FfmpegFault('sessions_full', error.kind, error.message, {
    waitingReason: 'encoder_sessions',
    retryAfterMs: Math.round(least + Math.random() * (most - least)),
    cause: error,
  });
}

function encodingBy(way: EncodeWay, failed: Encoding['failed']): Encoding {
  const by =
    way.encoder === 'software'
      ? { encoder: way.encoder, device: null, decode: 'software' as const }
      : { encoder: way.encoder, device: way.device, decode: way.decode };
  return { ...by, failed: [...failed] };
}
