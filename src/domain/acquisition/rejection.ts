/** Refuses a release for good, for this request (acquisition.md §3.3). */
type PermanentCode =
  | 'WRONG_TYPE'
  | 'TITLE_MISMATCH'
  | 'AUTHOR_MISMATCH'
  | 'VOLUME_CONFLICT'
  | 'LANGUAGE'
  | 'ABRIDGED'
  | 'DRAMATISED'
  | 'NARRATOR'
  | 'EDITION'
  | 'PACK'
  | 'SIZE_BELOW'
  | 'SIZE_ABOVE'
  | 'DRM'
  | 'DANGEROUS_NAME'
  | 'BLOCKLISTED'
  | 'ALREADY_GRABBED'
  | 'MUST_TERM'
  | 'MUST_NOT_TERM'
  | 'CUSTOM_SCORE'
  | 'PROTOCOL_DISABLED'
  | 'RETENTION'
  | 'LOW_MATCH';

/** Holds a release: it stays pending and is looked at again at `retryAt`. */
type TemporaryCode =
  | 'MIN_SEEDERS'
  | 'NOT_RELEASED'
  | 'MIN_AGE'
  | 'DELAY'
  | 'INDEXER_BACKOFF'
  | 'GRAB_LIMIT'
  | 'NO_SPACE'
  | 'TARGET_OFFLINE'
  | 'CLIENT_DOWN';

export type RejectionCode = PermanentCode | TemporaryCode;

export type Rejection =
  | {
      code: PermanentCode;
      permanent: true;
      /** What was expected and what came, for people. */
      detail: string;
      retryAt?: never;
    }
  | {
      code: TemporaryCode;
      permanent: false;
      detail: string;
      /** ISO 8601. */
      retryAt: string;
    };

export function refuse(code: PermanentCode, detail: string): Rejection {
  return { code, permanent: true, detail };
}

/** @param until - when another look may change something, milliseconds since the epoch. */
export function postpone(code: TemporaryCode, detail: string, until: number): Rejection {
  return { code, permanent: false, detail, retryAt: new Date(until).toISOString() };
}
