/** Measured with 1.36; what Longplay uses of it is in 1.34 already. */
export const MIN_ARIA2 = '1.34';

/** True for what is no version, too. */
export function isTooOldForUs(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [minMajor = 0, minMinor = 0] = MIN_ARIA2.split('.').map(Number);
  return !(major > minMajor || (major === minMajor && minor >= minMinor));
}
