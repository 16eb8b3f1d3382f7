/** How the sound gets into the merged file. */
export type Encoding =
  | { kind: 'copy' }
  | { kind: 'aac'; /** Bits per second. */ bitRate: number; sampleRate: number; channels: number };

export interface Sound {
  codec: string;
  sampleRate: number | null;
  channels: number | null;
  bitRate: number | null;
  /** Of the decoder's set-up; equal set-ups can share one track. */
  extradataHash: string | null;
  sizeBytes: number;
  durationSeconds: number;
}

const LEAST_BIT_RATE = 64_000;
const MOST_BIT_RATE = 320_000;
/** What an AAC encoder takes, up to what a book needs. */
const SAMPLE_RATES = [48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000] as const;

/** Copied when one track can hold all of it as it is; else AAC at the sources' average (acquisition.md §5.5). */
export function chooseEncoding(sounds: readonly Sound[], extension: string): Encoding {
  const isMp4 = ['.m4a', '.m4b', '.mp4'].includes(extension);
  const kinds = new Set(sounds.map(kindOf));
  if (isMp4 && kinds.size === 1 && !kinds.has(undefined)) return { kind: 'copy' };
  const highest = Math.max(...sounds.map(({ sampleRate }) => sampleRate ?? 44_100));
  return {
    kind: 'aac',
    bitRate: averageBitRate(sounds),
    sampleRate: SAMPLE_RATES.find((rate) => rate <= highest) ?? 8_000,
    channels: Math.min(2, Math.max(...sounds.map(({ channels }) => channels ?? 2))),
  };
}

function kindOf({ codec, sampleRate, channels, extradataHash }: Sound): string | undefined {
  if (!['aac', 'alac'].includes(codec) || extradataHash === null) return undefined;
  return [codec, sampleRate, channels, extradataHash].join(' ');
}

/** By time: a short loud file must not speak for ten hours. A file's own size counts its cover, so it is the last word. */
function averageBitRate(sounds: readonly Sound[]): number {
  const seconds = sounds.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0);
  const bits = sounds.reduce(
    (sum, { bitRate, sizeBytes, durationSeconds }) =>
      sum + (bitRate === null ? sizeBytes * 8 : bitRate * durationSeconds),
    0,
  );
  const average = seconds > 0 ? bits / seconds : LEAST_BIT_RATE;
  return Math.round(Math.min(MOST_BIT_RATE, Math.max(LEAST_BIT_RATE, average)) / 1_000) * 1_000;
}
