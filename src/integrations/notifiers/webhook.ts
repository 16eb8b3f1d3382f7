import { createHmac } from 'node:crypto';

import type { NoticeMessage } from '../../domain/notices/message.js';
import type { Notifier, NotifierSettings } from './port.js';
import { basicAuth, post } from './post.js';

/** Any server that takes JSON. With a secret it can prove that the message is ours, and not an old one. */
export function createWebhookNotifier(settings: NotifierSettings): Notifier {
  const url = new URL(settings.address.url);
  const service = `the webhook at ${url.host}`;
  return {
    send: async (message, signal) => {
      const body = JSON.stringify(bodyOf(message));
      const headers = {
        ...basicAuth(settings.address),
        'idempotency-key': message.key,
        ...signature(settings.secret, body),
      };
      const { status } = await post({ ...settings, service, url, headers, body }, signal);
      return { told: `${service} has taken it (HTTP ${status})` };
    },
  };
}

/** `version` goes up when a field changes its meaning; new fields may come any time. */
function bodyOf({ key, urgency, ...message }: NoticeMessage) {
  return { version: 1, id: key, ...message, type: urgency };
}

/** Over time and body, so that a message caught once cannot be sent again much later. */
function signature(secret: string | undefined, body: string): Record<string, string> {
  if (secret === undefined) return {};
  const at = Math.floor(Date.now() / 1_000);
  const digest = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex');
  return { 'x-longplay-timestamp': String(at), 'x-longplay-signature': `sha256=${digest}` };
}
