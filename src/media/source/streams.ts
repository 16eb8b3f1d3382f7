import type {
  AudioStream,
  ColorTags,
  DynamicRange,
  OtherStream,
  SubtitleStream,
  VideoStream,
} from '../../domain/media/source.js';
import type { StreamOutput } from './output.js';

/** Subtitles that are pictures; all others are text. */
const PICTURE_SUBTITLES = new Set(['hdmv_pgs_subtitle', 'dvd_subtitle', 'dvb_subtitle', 'xsub']);

/** Pictures that stand still, where there is anything else: Matroska tells a cover so when FFmpeg has written it. */
const STILL = new Set(['png', 'mjpeg', 'bmp', 'webp', 'tiff', 'gif']);

/** The one picture that plays. */
export function findPlaying(streams: StreamOutput[]): StreamOutput | undefined {
  const candidates = streams.filter(
    ({ codec_type, disposition, width }) =>
      codec_type === 'video' && disposition['attached_pic'] !== 1 && width > 0,
  );
  return candidates.find(({ codec_name }) => !STILL.has(codec_name)) ?? candidates[0];
}

export function describeVideo(stream: StreamOutput): VideoStream {
  const mean = stream.avg_frame_rate ?? stream.r_frame_rate ?? { num: 25, den: 1 };
  return {
    index: stream.index,
    codec: stream.codec_name,
    profile: stream.profile ?? null,
    width: stream.width,
    height: stream.height,
    pixelAspect: stream.sample_aspect_ratio ?? { num: 1, den: 1 },
    rotation: rotationOf(stream),
    pixelFormat: stream.pix_fmt,
    bitDepth: bitDepthOf(stream.pix_fmt),
    chroma: chromaOf(stream.pix_fmt),
    scan: scanOf(stream.field_order),
    frameRate: stream.r_frame_rate ?? mean,
    meanFrameRate: mean,
    color: colorOf(stream),
    dynamicRange: dynamicRangeOf(stream),
    startSeconds: stream.start_time ?? 0,
    frames: stream.nb_frames ?? null,
    bitRate: bitRateOf(stream),
    language: languageOf(stream),
    title: stream.tags['title'] ?? null,
  };
}

/** ffprobe counts against the clock, players turn with it. */
function rotationOf({ side_data_list }: StreamOutput): VideoStream['rotation'] {
  const told = side_data_list.find(({ rotation }) => rotation !== undefined)?.rotation ?? 0;
  const quarters = ((Math.round(-told / 90) % 4) + 4) % 4;
  return ([0, 90, 180, 270] as const)[quarters as 0 | 1 | 2 | 3];
}

/** `yuv420p10le` → 10, `p010le` → 10, `yuv420p` → 8, `gray12le` → 12. */
function bitDepthOf(pixelFormat: string): number {
  const deep = /(?:p|gray|gbrp|gbrap)(9|10|12|14|16)(?:le|be)$/.exec(pixelFormat);
  if (deep !== null) return Number(deep[1]);
  return /^[py]0?(10|12|16)(?:le|be)$/.test(pixelFormat) ? Number(pixelFormat.replaceAll(/\D/g, '')) : 8;
}

function chromaOf(pixelFormat: string): VideoStream['chroma'] {
  if (/^(gray|mono|ya)/.test(pixelFormat)) return '4:0:0';
  if (/422|^(uyvy|yuyv|y210)/.test(pixelFormat)) return '4:2:2';
  if (/444|440/.test(pixelFormat)) return '4:4:4';
  if (/^(rgb|bgr|gbr|argb|abgr|0rgb|0bgr|x2rgb|pal8)/.test(pixelFormat)) return 'rgb';
  return '4:2:0';
}

function scanOf(fieldOrder: string | undefined): VideoStream['scan'] {
  if (fieldOrder === undefined || fieldOrder === 'unknown') return 'unknown';
  return fieldOrder === 'progressive' ? 'progressive' : 'interlaced';
}

function colorOf(stream: StreamOutput): ColorTags {
  const told = (word: string | undefined): string | null =>
    word === undefined || word === 'unknown' || word === 'reserved' ? null : word;
  const range = stream.color_range;
  const named = {
    primaries: stream.color_primaries,
    transfer: stream.color_transfer,
    space: stream.color_space,
  };
  const reserved = Object.entries(named).flatMap(([name, word]) => (word === 'reserved' ? [name] : []));
  return {
    range: range === 'tv' || range === 'pc' ? range : null,
    primaries: told(stream.color_primaries),
    transfer: told(stream.color_transfer),
    space: told(stream.color_space),
    ...(reserved.length === 0 ? {} : { reserved }),
  };
}

function dynamicRangeOf({ side_data_list, color_transfer }: StreamOutput): DynamicRange {
  const dolby = side_data_list.find(({ dv_profile }) => dv_profile !== undefined);
  // Profile 5, and any whose base layer is compatible with nothing else.
  if (dolby?.dv_profile === 5 || dolby?.dv_bl_signal_compatibility_id === 0) return 'dolby5';
  if (color_transfer === 'smpte2084') return 'pq';
  return color_transfer === 'arib-std-b67' ? 'hlg' : 'sdr';
}

export function describeAudio(stream: StreamOutput): AudioStream {
  return {
    index: stream.index,
    codec: stream.codec_name,
    channels: stream.channels,
    sampleRate: stream.sample_rate ?? null,
    bitRate: bitRateOf(stream),
    language: languageOf(stream),
    title: stream.tags['title'] ?? null,
    isDefault: stream.disposition['default'] === 1,
    startSeconds: stream.start_time ?? 0,
  };
}

export function describeSubtitle(stream: StreamOutput): SubtitleStream {
  return {
    index: stream.index,
    codec: stream.codec_name,
    kind: PICTURE_SUBTITLES.has(stream.codec_name) ? 'picture' : 'text',
    language: languageOf(stream),
    title: stream.tags['title'] ?? null,
    isDefault: stream.disposition['default'] === 1,
    isForced: stream.disposition['forced'] === 1,
  };
}

export function describeOther(stream: StreamOutput): OtherStream {
  return { index: stream.index, kind: kindOf(stream), codec: stream.codec_name };
}

function kindOf({ codec_type, codec_name, disposition }: StreamOutput): OtherStream['kind'] {
  if (codec_type === 'attachment') return 'attachment';
  if (codec_type !== 'video') return 'data';
  return disposition['attached_pic'] === 1 || STILL.has(codec_name) ? 'cover' : 'video';
}

function languageOf({ tags }: StreamOutput): string | null {
  const language = tags['language'];
  return language === undefined || language === 'und' ? null : language;
}

/** Matroska keeps it in a tag, where its muxer has measured it. */
function bitRateOf({ bit_rate, tags }: StreamOutput): number | null {
  const measured = Number(tags['bps']);
  return bit_rate ?? (measured > 0 ? measured : null);
}
