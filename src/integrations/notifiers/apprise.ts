import { Fault } from '../../domain/faults.js';
import type { Notifier, NotifierSettings } from './port.js';
import { basicAuth, post } from './post.js';

/** An Apprise API server passes the message on to the services of one of its stored configurations. */
export function createAppriseNotifier(settings: NotifierSettings): Notifier {
  const url = new URL(settings.address.url);
  const tag = url.searchParams.get('tag');
  url.search = '';
  const service = `Apprise at ${url.host}`;
  return {
    send: async ({ key, title, body, urgency }, signal) => {
      const { status } = await post(
        {
          ...settings,
          service,
          url,
          headers: { ...basicAuth(settings.address), accept: 'application/json', 'idempotency-key': key },
          body: JSON.stringify({
            title,
            // Its services have no field for a key: who gets a message twice sees the same reference.
            body: `${body}\n(notice ${key.slice(0, 8)})`,
            type: urgency,
            format: 'text',
            ...(tag === null ? {} : { tag }),
          }),
        },
        signal,
      );
      if (status !== 204) return { told: `${service} has passed it on` };
      throw new Fault('gone', `${service} has no services behind this key${tag === null ? '' : ' and tag'}`, {
        remedy: 'Store a configuration under this key in Apprise first',
      });
    },
  };
}
