import { createTransport, type SendMailOptions, type SMTPTransportOptions } from 'nodemailer';

import { Fault } from '../../domain/faults.js';
import { mailServerOf, readMailRoute, type MailRoute } from '../../domain/notices/mail-address.js';
import type { NoticeMessage } from '../../domain/notices/message.js';
import { withDeadline } from '../deadline.js';
import { mailFault, replyOf } from './mail-fault.js';
import { TIMEOUT_MS, type Notifier, type NotifierSettings } from './port.js';

/**
 * A mail server. All recipients are in one message: so there is one answer, and no try that some of them get again.
 * Who shall not see the others gets a target of their own.
 */
export function createMailNotifier(settings: NotifierSettings): Notifier {
  const { address, timeoutMs = TIMEOUT_MS } = settings;
  const route = readMailRoute(new URL(address.url), address.username);
  const service = `mail at ${mailServerOf(route)}`;
  const transport = createTransport(connectionOf(route, settings));
  return {
    send: async (message, signal) => {
      try {
        const { rejectedErrors = [], envelope } = await withDeadline({ signal, timeoutMs }, (bounded) =>
          transport.sendMail({ ...mailOf(route, message), signal: bounded }),
        );
        const missed = missedBy({ service, refused: rejectedErrors, recipients: envelope.to });
        return { told: `${service} has taken it`, ...(missed === undefined ? {} : { missed }) };
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        throw mailFault({ service, timeoutMs }, error);
      }
    },
  };
}

function connectionOf(
  { host, port, security, verify }: MailRoute,
  { address: { username, password }, secret, ca, timeoutMs = TIMEOUT_MS }: NotifierSettings,
): SMTPTransportOptions {
  const pass = secret ?? password;
  return {
    ...{ host, port, dnsTimeout: timeoutMs },
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    tls: { rejectUnauthorized: verify, ...(ca === undefined ? {} : { ca }) },
    // A user alone is the sender, for servers that know the house by its network.
    ...(username === '' || pass === '' ? {} : { auth: { user: username, pass } }),
  };
}

function mailOf({ from, to }: MailRoute, { key, title, body, at, request }: NoticeMessage): SendMailOptions {
  const domain = from.address.slice(from.address.lastIndexOf('@') + 1);
  return {
    from,
    to: to.map((address) => ({ name: '', address })),
    // What looks like an encoded word (RFC 2047) would be decoded by who reads it.
    subject: title.replaceAll('=?', '= ?'),
    // Mail programs cut off what is below two dashes and a space.
    text: `${body}\n\n-- \nLongplay${request === null ? '' : `, request ${request.id}`}\n`,
    date: new Date(at),
    // The same with each try: who gets it twice can tell, and many servers and programs keep one.
    messageId: `<${key}@${domain}>`,
    // So that nobody's absence is answered (RFC 3834 §5).
    headers: { 'Auto-Submitted': 'auto-generated' },
    xMailer: 'Longplay',
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

interface Refusals {
  service: string;
  refused: NonNullable<Parameters<typeof replyOf>[0]>[];
  recipients: string[];
}

/** By their places: addresses are shown nowhere. */
function missedBy({ service, refused, recipients }: Refusals): Fault | undefined {
  const [first] = refused;
  if (first === undefined) return undefined;
  const each = refused.map((error) => `${recipients.indexOf(error.recipient ?? '') + 1} (${replyOf(error)})`);
  return new Fault('bad_input', `${service} refuses of ${recipients.length} recipients: ${each.join(', ')}`, {
    remedy: 'Correct those recipients in the address; the others have got it',
    cause: first,
  });
}
