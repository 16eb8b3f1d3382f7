import { z } from 'zod';

import { Fault } from '../../domain/faults.js';
import type { Urgency } from '../../domain/notices/event.js';
import { parseJson } from '../../domain/parse-json.js';
import type { Notifier, NotifierSettings } from './port.js';
import { basicAuth, post } from './post.js';

/** 1 to 5, where 3 is the middle (watch.md §2.5). */
const PRIORITIES: Record<Urgency, number> = { info: 2, success: 3, warning: 4, failure: 4 };

/** Names of pictures that the apps show beside the title. */
const TAGS: Record<Urgency, string> = {
  info: 'information_source',
  success: 'white_check_mark',
  warning: 'warning',
  failure: 'rotating_light',
};

const published = z.object({ id: z.string(), event: z.literal('message'), topic: z.string() });

/** ntfy: JSON to the root address, which names the topic (watch.md §2.5). */
export function createNtfyNotifier(settings: NotifierSettings): Notifier {
  const { root, topic } = splitTopic(settings.address.url);
  const service = `ntfy at ${root.host}`;
  return {
    send: async (message, signal) => {
      const { key, title, body, urgency } = message;
      const { text } = await post(
        {
          ...settings,
          service,
          url: root,
          headers: authorization(settings),
          body: JSON.stringify({
            topic,
            title,
            message: body,
            priority: PRIORITIES[urgency],
            tags: [TAGS[urgency]],
            // From 2.16 on a second copy replaces the first; older servers pass over what they do not know.
            sequence_id: key,
          }),
        },
        signal,
      );
      const answer = published.safeParse(parseJson(text));
      if (answer.success) return { told: `${service} has published it` };
      throw new Fault('environment', `Expected ${service} to name the message, got something else`, {
        remedy: 'Check that the address is that of an ntfy server',
        cause: answer.error,
      });
    },
  };
}

/** A server may stand below a path; the topic is the last name. */
function splitTopic(address: string): { root: URL; topic: string } {
  const root = new URL(address);
  const names = root.pathname.split('/').filter((name) => name !== '');
  const topic = decodeURIComponent(names.pop() ?? '');
  root.pathname = `/${names.join('/')}`;
  root.search = '';
  return { root, topic };
}

/** An access token as the secret, or as Apprise writes it, in place of the user. */
function authorization({ secret, address }: NotifierSettings): Record<string, string> {
  const { username, password } = address;
  const token = secret ?? (username.startsWith('tk_') && password === '' ? username : undefined);
  return token === undefined ? basicAuth(address) : { authorization: `Bearer ${token}` };
}
