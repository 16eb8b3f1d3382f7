import type { NodemailerError } from 'nodemailer';

import { errorCode, Fault, type FaultKind } from '../../domain/faults.js';
import { TooLate } from '../deadline.js';

const CHECK = 'Check host and port, and that the mail server is up';

/**
 * What a message that could not be sent says about its server. Of the server's words only the codes are told: the rest
 * quotes addresses.
 * @returns the error itself where it is of our own making
 */
export function mailFault(
  { service, timeoutMs }: { service: string; timeoutMs: number },
  error: unknown,
): unknown {
  if (error instanceof TooLate) {
    const told = `${service} did not answer within ${timeoutMs / 1_000} s`;
    return new Fault('transient', told, { remedy: CHECK, cause: error });
  }
  if (!isOfServer(error)) return error;
  const told = error.responseCode === undefined ? withoutReply(error) : byReply(error, error.responseCode);
  if (told === undefined) return error;
  return new Fault(told.kind, `${service} ${told.words}`, { remedy: told.remedy, cause: error });
}

function isOfServer(error: unknown): error is NodemailerError {
  return errorCode(error) !== undefined;
}

/** `SMTP 550 5.1.1`: the reply and, where there is one, the status of RFC 3463. */
export function replyOf({ responseCode, response = '' }: NodemailerError): string {
  const status = /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1];
  return ['SMTP', responseCode, status].filter((part) => part !== undefined).join(' ');
}

interface Told {
  kind: FaultKind;
  words: string;
  remedy: string;
}

/** Replies that ask for a login, whatever was said before (RFC 4954 §6; 538: RFC 2554). */
const LOGIN_REPLIES = [530, 534, 535, 538];

function byReply(failed: NodemailerError, code: number): Told {
  const reply = replyOf(failed);
  // 503 speaks of the session, not of the message.
  if (code < 500 || code === 503)
    return { kind: 'transient', words: `asks to try again later (${reply})`, remedy: CHECK };
  if (failed.command === 'STARTTLS') return { ...NO_STARTTLS, words: `${NO_STARTTLS.words} (${reply})` };
  if (failed.code === 'EAUTH' || LOGIN_REPLIES.includes(code))
    return { kind: 'credentials', words: `refuses the login (${reply})`, remedy: LOGIN };
  switch (failed.command) {
    case 'MAIL FROM':
      return {
        kind: 'bad_input',
        words: `refuses the sender (${reply})`,
        remedy: 'Check from= in the address',
      };
    case 'RCPT TO':
      return {
        kind: 'bad_input',
        words: `refuses every recipient (${reply})`,
        remedy: 'Check to= in the address',
      };
    case 'DATA':
      return {
        kind: 'bad_input',
        words: `refuses the message (${reply})`,
        remedy: 'Check what its own log says',
      };
    case undefined:
    default:
      // Nothing of the message was told yet.
      return { kind: 'environment', words: `refuses us (${reply})`, remedy: 'Check what its own log says' };
  }
}

const NO_STARTTLS = {
  kind: 'environment',
  words: 'offers no STARTTLS, and without it nothing is sent',
  remedy: 'Write ?mode=ssl where it speaks TLS from the start, or mailto:// to send what others may read',
} as const;

const LOGIN = 'Enter the user and password of the address, or the secret, again';

function withoutReply({ code = '', originalCode = code }: NodemailerError): Told | undefined {
  if (/CERT|ISSUER|LEAF_SIGNATURE|HOSTNAME_MISMATCH/.test(originalCode))
    return {
      kind: 'environment',
      words: `shows a certificate that nobody vouches for: ${originalCode}`,
      remedy: CERTIFICATE,
    };
  if (/^(EPROTO$|ERR_SSL)/.test(originalCode))
    return { kind: 'environment', words: `does not speak TLS like this: ${originalCode}`, remedy: MODE };
  switch (code) {
    case 'EDNS':
    case 'ESOCKET':
    case 'ETIMEDOUT':
      return { kind: 'transient', words: `cannot be reached: ${originalCode}`, remedy: CHECK };
    case 'ECONNECTION':
    case 'ETLS':
      // Whether the message was taken is not known: sent again, its id tells that it is the same.
      return { kind: 'transient', words: 'broke the connection off', remedy: CHECK };
    case 'EPROTOCOL':
      return { kind: 'environment', words: 'does not answer like a mail server', remedy: CHECK };
    case 'EAUTH':
      return { kind: 'credentials', words: 'knows no way to log in that we know', remedy: LOGIN };
    case 'EMESSAGE':
      return { kind: 'bad_input', words: 'takes no message of this size', remedy: 'Raise its limit' };
    default:
      return undefined;
  }
}

const CERTIFICATE =
  'Give it a certificate for its host, name its authority to Node by NODE_EXTRA_CA_CERTS, or write ?verify=no';

const MODE = 'Port 465 speaks TLS from the start (?mode=ssl), 587 after STARTTLS (?mode=starttls)';
