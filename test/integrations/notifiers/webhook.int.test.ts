import { createHmac } from 'node:crypto';

import { describe, expect, it } from '@jest/globals';

import { readTargetAddress } from '../../../src/domain/notices/target-address.js';
import { createWebhookNotifier } from '../../../src/integrations/notifiers/webhook.js';
import { startWebhookServer } from '../../support/notifier-contract-servers.js';
import { anApproval, describeNotifier, httpAnswers } from './contract.js';

const PATH = 'hooks/s3cret-path?key=s3cret-query';
const SECRET = 'an hmac secret';

describeNotifier('webhook', {
  start: async () => {
    const authorization = `Basic ${Buffer.from('robin:pass word').toString('base64')}`;
    const server = await startWebhookServer({ authorization });
    const { host } = new URL(server.origin);
    return {
      server,
      secrets: ['s3cret-path', 's3cret-query', SECRET, 'robin', 'pass word', 'pass%20word'],
      create: ({ timeoutMs, wrong = false } = {}) =>
        createWebhookNotifier({
          address: readTargetAddress(
            `json://robin:${wrong ? 'other' : 'pass%20word'}@${host}/${PATH}`,
            'webhook',
          ),
          secret: SECRET,
          ...(timeoutMs === undefined ? {} : { timeoutMs }),
        }),
    };
  },
  keyOf: ({ body }) => body.id,
  wordsOf: ({ body }) => `${String(body.title)}\n${String(body.body)}`,
  wrong: 'credentials',
  ...httpAnswers('taken'),
});

describe('the signature of a webhook', () => {
  it('covers time and body, and the key stands in the header too', async () => {
    const server = await startWebhookServer();
    const address = readTargetAddress(`${server.origin}/x`, 'webhook');
    const message = anApproval();
    const signal = new AbortController().signal;
    await createWebhookNotifier({ address, secret: SECRET }).send(message, signal);
    await createWebhookNotifier({ address }).send(message, signal);
    const [signed, plain] = server.received;
    const at = String(signed?.headers['x-longplay-timestamp']);
    const digest = createHmac('sha256', SECRET)
      .update(`${at}.${signed?.text ?? ''}`)
      .digest('hex');
    expect(signed?.headers).toMatchObject({
      'x-longplay-signature': `sha256=${digest}`,
      'idempotency-key': message.key,
    });
    expect(plain?.headers).not.toHaveProperty('x-longplay-signature');
    expect(plain?.body).toEqual({
      version: 1,
      id: message.key,
      event: 'pending_approval',
      type: 'warning',
      title: 'Approval wanted: Frankenstein by Mary Shelley',
      body: 'Somebody has to approve or deny it.\nAsked for by robin.',
      at: '2027-01-31T12:00:00.000Z',
      request: {
        id: 'req-7k2m9q4d',
        title: 'Frankenstein by Mary Shelley',
        mediaType: 'audiobook',
        requestedBy: 'robin',
      },
    });
    await server.close();
  });
});
