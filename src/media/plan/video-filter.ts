import type { Vendor } from '../../domain/media/encode-way.js';
import type { EncodePlan } from '../../domain/media/playback-plan.js';
import { sayRatio } from '../../domain/media/ratio.js';
import type { Ratio } from '../../domain/media/source.js';

/** PQ and HLG to SDR, rightly tagged, with a stock FFmpeg (media.md §3 "TONE"). */
export const TONE = [
  'zscale=t=linear:npl=100',
  'format=gbrpf32le',
  'zscale=p=bt709',
  'tonemap=hable:desat=0',
  'zscale=t=bt709:m=bt709:r=tv',
];
/** By a filter: FFmpeg 9 forgets what output options say of colours (media.md R16). */
const TAGGED = 'setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709';

/**
 * The filters of an encoded picture, for `-filter:v`. FFmpeg has turned the picture before. `lateSeconds`, of a run that
 * writes segments: how much later than the time 0 of this run its first picture comes, which is taken away, so that
 * pictures fall on the same times wherever a run begins.
 */
export function videoFilter(plan: EncodePlan, lateSeconds?: number): string {
  return [
    ...(plan.rate === null ? [] : rate(plan.rate, lateSeconds)),
    ...(plan.deinterlace ? ['bwdif=mode=send_frame:deint=all'] : []),
    ...(plan.toneMap ? TONE : []),
    ...scale(plan),
    'setsar=1',
    'format=yuv420p',
    TAGGED,
  ].join(',');
}

/**
 * The same for pictures that stay on the card, where `canStayOnCard` says so: they are made smaller and 8 bit there, by
 * the vendor's own filter.
 */
export function cardFilter(plan: EncodePlan, vendor: Vendor, lateSeconds?: number): string {
  const { size } = plan;
  return [
    ...(plan.rate === null ? [] : rate(plan.rate, lateSeconds)),
    `${CARD_SCALES[vendor]}=w=${size.width}:h=${size.height}:format=nv12`,
    'setsar=1',
    TAGGED,
  ].join(',');
}

/** Quick Sync's pictures are still VAAPI's there (picture-options.ts). */
const CARD_SCALES: Record<Vendor, string> = { nvenc: 'scale_cuda', qsv: 'scale_vaapi', vaapi: 'scale_vaapi' };

function rate(wanted: Ratio, lateSeconds: number | undefined): string[] {
  const steady = `fps=fps=${sayRatio(wanted)}`;
  if (lateSeconds === undefined) return [steady];
  return [`setpts=PTS-(${lateSeconds.toFixed(6)}/TB)`, `${steady}:start_time=0`];
}

function scale(plan: EncodePlan): string[] {
  const { size, isSameSize, colorMatrix, fullRange, toneMap } = plan;
  const isConverted = !toneMap && (colorMatrix !== 'bt709' || fullRange);
  if (isSameSize && !isConverted) return [];
  const colors = isConverted
    ? [
        `in_color_matrix=${colorMatrix}`,
        'out_color_matrix=bt709',
        `in_range=${fullRange ? 'pc' : 'tv'}`,
        'out_range=tv',
      ]
    : [];
  return [['scale=w=' + String(size.width), `h=${size.height}`, ...colors].join(':')];
}
