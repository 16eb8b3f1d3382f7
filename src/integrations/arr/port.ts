import type { ArrContents, ArrKind } from '../../domain/moving-in/arr.js';

export interface ArrSettings {
  kind: ArrKind;
  baseUrl: string;
  apiKey: string;
  fetch?: typeof fetch;
  /** One whole answer, milliseconds. */
  timeoutMs?: number;
}

/** A Sonarr, Radarr, Readarr or Prowlarr that is moved in from; nothing is ever changed there. */
export interface ArrApp {
  /**
   * All that it tells of itself.
   * @throws Fault credentials, environment, transient, throttled; bad_input where another product answers.
   */
  read: (signal: AbortSignal) => Promise<ArrContents>;
}
