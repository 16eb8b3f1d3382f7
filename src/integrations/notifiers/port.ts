import type { Fault } from '../../domain/faults.js';
import type { NoticeMessage } from '../../domain/notices/message.js';
import type { TargetAddress } from '../../domain/notices/target-address.js';

/** One configured target; secrets come opened. */
export interface NotifierSettings {
  address: TargetAddress;
  secret?: string;
  fetch?: typeof fetch;
  /** PEM; the authorities that vouch for a mail server, in place of Node's own. */
  ca?: string;
  /** One whole answer, milliseconds; default TIMEOUT_MS. */
  timeoutMs?: number;
}

export const TIMEOUT_MS = 10_000;

/** What became of a message that a service has taken. */
export interface Sent {
  /** What came back, in words. */
  told: string;
  /** Who does not get it though others do. It is not sent again, since those would get it twice. */
  missed?: Fault;
}

/** Tells one service one message. */
export interface Notifier {
  /**
   * Resolves once the service has taken it. A lost answer is a failure: the message goes out again, with the same
   * key.
   * @throws Fault throttled, transient, environment, credentials, gone; bad_input where it refuses this message.
   *   No message of a fault tells more of the address than its host.
   */
  send: (message: NoticeMessage, signal: AbortSignal) => Promise<Sent>;
}
