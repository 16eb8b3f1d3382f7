/** Cards that encode H.264, by the encoder's kind; in the order in which `auto` takes them. */
export const VENDORS = ['nvenc', 'qsv', 'vaapi'] as const;
export type Vendor = (typeof VENDORS)[number];

export const ENCODERS = [...VENDORS, 'software'] as const;
export type Encoder = (typeof ENCODERS)[number];

/** FFmpeg's name of it. */
export const ENCODER_NAMES = {
  nvenc: 'h264_nvenc',
  qsv: 'h264_qsv',
  vaapi: 'h264_vaapi',
  software: 'libx264',
} as const satisfies Record<Encoder, string>;

/** How a picture becomes H.264 on this host. */
export type EncodeWay = { encoder: 'software' } | HardwareWay;

export interface HardwareWay {
  encoder: Vendor;
  /** A number for NVENC, a render node such as `/dev/dri/renderD128` for the others; null: FFmpeg's own choice. */
  device: string | null;
  decode: 'hardware' | 'software';
  /** Where pictures are between decoder and encoder; on the card they can be scaled, and nothing else. */
  frames: 'card' | 'memory';
  rateControl: RateControl;
  /** With as little memory of the card as it can be done with. */
  frugal: boolean;
}

/** `quality`: by quality, with a cap of the rate; `bitrate`: where a driver has no such mode. */
export const RATE_CONTROLS = ['quality', 'bitrate'] as const;
export type RateControl = (typeof RATE_CONTROLS)[number];

/** What has encoded a picture, and which ways had failed before it. */
export interface Encoding {
  encoder: Encoder;
  device: string | null;
  decode: HardwareWay['decode'];
  failed: { way: string; reason: string }[];
}

/** "NVENC (card 0), decoded by it". */
export function wayInWords(way: EncodeWay): string {
  if (way.encoder === 'software') return 'software';
  const device =
    way.device === null ? '' : ` (${way.device.startsWith('/') ? way.device : `card ${way.device}`})`;
  const decode = way.decode === 'hardware' ? 'decoded by it' : 'decoded in software';
  return `${VENDOR_NAMES[way.encoder]}${device}, ${decode}${way.frugal ? ', with less of its memory' : ''}`;
}

const VENDOR_NAMES: Record<Vendor, string> = { nvenc: 'NVENC', qsv: 'Quick Sync', vaapi: 'VAAPI' };
