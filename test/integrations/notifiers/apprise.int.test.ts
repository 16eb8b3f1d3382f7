import { readTargetAddress } from '../../../src/domain/notices/target-address.js';
import { createAppriseNotifier } from '../../../src/integrations/notifiers/apprise.js';
import { startAppriseContractServer } from '../../support/notifier-contract-servers.js';
import { describeNotifier, httpAnswers } from './contract.js';

const KEY = 'my-secret-key';

describeNotifier('apprise', {
  start: async () => {
    const server = await startAppriseContractServer({ key: KEY });
    return {
      server,
      secrets: [KEY, 'another-key'],
      create: ({ timeoutMs, wrong = false } = {}) =>
        createAppriseNotifier({
          address: readTargetAddress(`${server.origin}/notify/${wrong ? 'another-key' : KEY}`, 'apprise'),
          ...(timeoutMs === undefined ? {} : { timeoutMs }),
        }),
    };
  },
  keyOf: ({ body }) => /\(notice (\w{8})\)/.exec(String(body.body))?.[1],
  wordsOf: ({ body }) => `${String(body.title)}\n${String(body.body)}`,
  wrong: 'gone',
  ...httpAnswers('taken'),
});
