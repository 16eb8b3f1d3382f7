/** What FFmpeg measures of one picture, 0 to 255 in full range; null: it could not be told, as of blur where nothing has an edge. */
export interface PictureFigures {
  /** Mean of the luma. */
  luma: number;
  /** A tenth of the picture is darker than `low`, a tenth is brighter than `high`. */
  low: number;
  high: number;
  /** Of the luma, 0 to 1: how evenly its values are used. */
  entropy: number | null;
  /** How wide edges are, pixels. */
  blur: number | null;
}

export type PictureVerdict = 'good' | 'blurred' | 'flat' | 'black';

/** Test pictures, films and noise lie above, a logo on black below. */
const DARK = { luma: 16, high: 40 };
const FLAT = { contrast: 16, entropy: 0.1 };
/** Measured at 640 pixels: sharp ones have 5 to 9, a Gaussian blur of 3 pixels 11, one of 10 pixels 27. */
const WIDEST_EDGE = 15;

/** Whether people recognize anything in a picture (media.md §3.9 "Judge"). */
export function judgePicture({ luma, low, high, entropy, blur }: PictureFigures): PictureVerdict {
  if (luma < DARK.luma && high < DARK.high) return 'black';
  if (high - low < FLAT.contrast || (entropy ?? 1) < FLAT.entropy) return 'flat';
  return blur !== null && blur > WIDEST_EDGE ? 'blurred' : 'good';
}

const BEST_FIRST: readonly PictureVerdict[] = ['good', 'blurred', 'flat', 'black'];

export function isBetter(one: PictureVerdict, other: PictureVerdict): boolean {
  return BEST_FIRST.indexOf(one) < BEST_FIRST.indexOf(other);
}

/** Something can be seen on it. */
export function showsSomething(verdict: PictureVerdict): boolean {
  switch (verdict) {
    case 'good':
    case 'blurred':
      return true;
    case 'flat':
    case 'black':
      return false;
  }
}
