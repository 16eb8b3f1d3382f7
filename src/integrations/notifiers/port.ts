import type { NoticeMessage } from '../../domain/notices/message.js';
import type { TargetAddress } from '../../domain/notices/target-address.js';

/** One configured target; secrets come opened. */
export interface NotifierSettings {
  address: TargetAddress;
  secret?: string;
  fetch?: typeof fetch;
  /** One whole answer, milliseconds. */
  timeoutMs?: number;
}

/** Tells one service one message. */
export interface Notifier {
  /**
   * Resolves with what came back, in words, once the service has taken it. A lost answer is a failure: the message
   * goes out again, with the same key.
   * @throws Fault throttled, transient, environment, credentials, gone; bad_input where it refuses this message.
   *   No message of a fault tells more of the address than its host.
   */
  send: (message: NoticeMessage, signal: AbortSignal) => Promise<string>;
}
