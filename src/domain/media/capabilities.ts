import type { Encoder, RateControl } from './encode-way.js';

/** Found out by trying: what FFmpeg lists says nothing (media.md §7 no. 25). */
export interface Capability {
  usable: boolean;
  /** Why not, in FFmpeg's words; where it is usable all the same, why it could not be tried to its end. */
  reason: string | null;
}

/** What a card may be asked to decode; all of them in 4:2:0. */
export const DECODED = [
  { codec: 'h264', bitDepth: 8 },
  { codec: 'hevc', bitDepth: 8 },
  { codec: 'hevc', bitDepth: 10 },
  { codec: 'vp9', bitDepth: 8 },
  { codec: 'av1', bitDepth: 8 },
  { codec: 'mpeg2video', bitDepth: 8 },
] as const satisfies { codec: string; bitDepth: number }[];

export interface DecodePath extends Capability {
  codec: (typeof DECODED)[number]['codec'];
  bitDepth: (typeof DECODED)[number]['bitDepth'];
  /** Where its pictures go: they stay on the card, or come into memory. */
  frames: 'card' | 'memory';
}

export interface EncoderCapability extends Capability {
  encoder: Encoder;
  /** FFmpeg's name of it. */
  name: string;
  /** A card's number or render node; null: FFmpeg's own choice, or none. */
  device: string | null;
  rateControl: RateControl;
  /** Of the same card; tried only where it encodes. */
  decoders: DecodePath[];
}

export interface Probed {
  /** ISO 8601. */
  probedAt: string;
  encoders: EncoderCapability[];
  /** Of software. */
  filters: (Capability & { name: string })[];
}

/** A card that fails again and again is not used until it ends. ISO 8601. */
export interface Quarantine {
  since: string;
  until: string;
  reason: string;
}

/** What a worker's host can do, as every surface shows it. */
export interface Capabilities extends Probed {
  quarantine: Quarantine | null;
}

/** A card that encodes and may be used. */
export function hasCard({ encoders, quarantine }: Capabilities): boolean {
  return quarantine === null && encoders.some(({ encoder, usable }) => usable && encoder !== 'software');
}
