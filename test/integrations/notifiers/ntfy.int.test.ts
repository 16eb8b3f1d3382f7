import { describe, expect, it } from '@jest/globals';

import { readTargetAddress } from '../../../src/domain/notices/target-address.js';
import { createNtfyNotifier } from '../../../src/integrations/notifiers/ntfy.js';
import { startNtfyContractServer } from '../../support/notifier-contract-servers.js';
import { anApproval, describeNotifier, httpAnswers } from './contract.js';

const TOPIC = 'my-secret-topic';
const TOKEN = 'tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2';

describeNotifier('ntfy', {
  start: async () => {
    const server = await startNtfyContractServer({ token: TOKEN });
    return {
      server,
      secrets: [TOPIC, TOKEN, 'tk_wrong'],
      create: ({ timeoutMs, wrong = false } = {}) =>
        createNtfyNotifier({
          address: readTargetAddress(`${server.origin}/${TOPIC}`, 'ntfy'),
          secret: wrong ? 'tk_wrong' : TOKEN,
          ...(timeoutMs === undefined ? {} : { timeoutMs }),
        }),
    };
  },
  keyOf: ({ body }) => body.sequence_id,
  wordsOf: ({ body }) => `${String(body.title)}\n${String(body.message)}`,
  wrong: 'credentials',
  ...httpAnswers('environment'),
});

describe('an address as Apprise writes it', () => {
  it('takes the token from the place of the user', async () => {
    const server = await startNtfyContractServer({ token: TOKEN });
    const { host } = new URL(server.origin);
    const address = readTargetAddress(`ntfy://${TOKEN}@${host}/${TOPIC}`);
    await createNtfyNotifier({ address }).send(anApproval(), new AbortController().signal);
    expect(server.received).toMatchObject([{ path: '/', body: { topic: TOPIC, priority: 4 } }]);
    await server.close();
  });
});
