/** `ok`: there and good; `advice`: Longplay runs, but not all of it; `broken`: it does not. */
export type FindingState = 'ok' | 'advice' | 'broken';

/** One row of the doctor's table. */
export interface Finding {
  name: string;
  state: FindingState;
  version: string | null;
  /** Where it was found. */
  where: string | null;
  detail: string;
  /** The exact thing to do; null where nothing is wrong. */
  remedy: string | null;
}

export function ok(name: string, found: { version?: string; where?: string; detail?: string }): Finding {
  const { version = null, where = null, detail = '' } = found;
  return { name, state: 'ok', version, where, detail, remedy: null };
}

export function wrong(
  name: string,
  found: { state: 'advice' | 'broken'; detail: string; remedy: string; version?: string; where?: string },
): Finding {
  const { version = null, where = null, ...rest } = found;
  return { name, version, where, ...rest };
}
