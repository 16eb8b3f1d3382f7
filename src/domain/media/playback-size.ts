import type { AudioPlan, PlaybackPlan } from './playback-plan.js';

/** A guess is a guess (media.md R18). */
const MARGIN = 1.3;
/** What H.264 takes for a picture that a newer codec has packed, beside what that took. */
const MOST_GROWTH = 2;
const KBIT_BYTES = 125;
/** Containers, chapters, subtitles. */
const BESIDE_BYTES = 1_000_000;

/** More than AAC, Opus and MP3 take in what people keep. */
const COPIED_KBITS = 640;

/**
 * Room to keep for a playback file, bytes: at most what its cap of the rate allows, and no more than twice what the source
 * takes; for a copy, what the source takes.
 */
export function playbackBytes({ video, audio, seconds }: PlaybackPlan, sourceBytes: number): number {
  if (video.kind === 'copy') return Math.round(sourceBytes * MARGIN);
  return withMargin({ kbits: video.maxRate + soundRate(audio), seconds, most: sourceBytes * MOST_GROWTH });
}

/** Room to keep for its sound alone, bytes. */
export function soundBytes({ audio, seconds }: PlaybackPlan, sourceBytes: number): number {
  return withMargin({ kbits: soundRate(audio), seconds, most: sourceBytes });
}

function withMargin(guess: { kbits: number; seconds: number | null; most: number }): number {
  const { kbits, seconds, most } = guess;
  const bytes = seconds === null ? most : Math.min(most, kbits * KBIT_BYTES * seconds);
  return Math.round(bytes * MARGIN) + BESIDE_BYTES;
}

/** kbit/s. */
function soundRate(audio: readonly AudioPlan[]): number {
  return audio.reduce((sum, track) => sum + (track.kind === 'encode' ? track.kbits : COPIED_KBITS), 0);
}
