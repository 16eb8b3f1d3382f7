import type { Seal } from '../../store/seal.js';

/** What is stored for a write-only secret: absent keeps, null removes, a text replaces. */
export function sealedSecret(
  seal: Seal,
  given: string | null | undefined,
  stored: string | null,
): string | null {
  if (given === undefined) return stored;
  return given === null ? null : seal.seal(given);
}
