/**
 * The beginnings of its English messages, which may carry a suffix. Order matters: an unpack that failed for want of
 * space begins like one that failed for the archive's sake.
 */
const ENVIRONMENT =
  /^(unpacking failed, (write error|path is too long)|cannot create|failed (moving|to move)|error (creating|moving)|too little disk ?space)|disk (is )?full|no space left|write error|permission denied|read-only file system/i;

const NO_ROOM = /too little disk ?space|disk (is )?full|no space left/i;

const RELEASE =
  /^(repair(ing)? failed|unpacking failed|aborted, cannot be completed|download (might )?fail|encrypted|encryption|unwanted|incomplete|not enough|missing|failed to import|invalid nzb|duplicate|pre-queue)/i;

/** A script of the house, or SABnzbd's own post-processing, gave up: neither the release nor the disk. */
const HOUSE = /^(exit\(-?\d+\) of script|script\b|post ?processing (failed|was aborted))/i;

/** Whom a failure blames; undefined: no message that Longplay knows, perhaps in another language. */
export function blameOf(failMessage: string): 'environment' | 'release' | 'unknown' | undefined {
  const message = failMessage.trim();
  if (HOUSE.test(message)) return 'unknown';
  if (ENVIRONMENT.test(message)) return 'environment';
  return RELEASE.test(message) ? 'release' : undefined;
}

/** Of a failure that blames the environment: want of room is told as that, as by every client. */
export function environmentCode(failMessage: string): 'disk_full' | 'ENVIRONMENT' {
  return NO_ROOM.test(failMessage) ? 'disk_full' : 'ENVIRONMENT';
}
