import { Option, type Command } from 'commander';

import { NOTICE_EVENTS } from '../../domain/notices/event.js';
import { TARGET_KINDS } from '../../domain/notices/target-address.js';
import { testResult } from '../answers.js';
import { EXIT } from '../exit-status.js';
import { target } from '../notice-answers.js';
import type { ProgramDeps } from '../program-deps.js';
import { testTable } from '../render/setting.js';
import { openSession, withApiOptions, type SharedOptions } from '../session.js';
import { readSecret } from './read-input.js';

interface AddOptions extends SharedOptions {
  id?: string;
  kind?: string;
  urlFile?: string;
  secretFile?: string;
  event?: string[];
  requester?: string;
  disabled?: true;
  untested?: true;
}

export function addNotifyAddCommand(group: Command, deps: ProgramDeps): void {
  const command = group
    .command('add')
    .description('Sends a test message, then adds the target.')
    .argument('<name>', 'for people')
    .argument('[address]', 'where to; every user of the machine can read it there: see --url-file')
    .addOption(new Option('--kind <kind>', 'what an http or https address is of').choices(TARGET_KINDS))
    .option('--url-file <file>', 'a file with the address, - for the standard input')
    .option(
      '--secret-file <file>',
      'a file with the token of ntfy, the signing key of a webhook or the password of mail',
    )
    .addOption(
      new Option('--event <event...>', 'what is told; default: what needs somebody, and ends').choices(
        NOTICE_EVENTS,
      ),
    )
    .option('--requester <name>', 'only what this person asks for')
    .option('--id <id>', 'default: made from the name')
    .option('--disabled', 'add it, but do not use it yet')
    .option('--untested', 'add it without a test message')
    .addHelpText('after', EXAMPLES);
  withApiOptions(command).action(async (name: string, address: string | undefined, options: AddOptions) => {
    const { client, output, endWith } = await openSession(deps, options);
    const body = await bodyOf(deps, { name, address, options });
    if (options.untested !== true) {
      const test = await client.send({ method: 'POST', path: `${PATH}/test`, body, answer: testResult });
      if (!test.ok) {
        output.show({ added: null, test }, () => [...testTable([{ id: name, ...test }]), NOT_ADDED]);
        endWith(EXIT.failed);
        return;
      }
    }
    const added = await client.send({ method: 'POST', path: PATH, body, answer: target });
    output.show(added, () => [`Added ${added.id}.`]);
  });
}

const PATH = '/api/notification-targets';

async function bodyOf(
  deps: ProgramDeps,
  { name, address, options }: { name: string; address: string | undefined; options: AddOptions },
): Promise<Record<string, unknown>> {
  return {
    name,
    url: address ?? (await readSecret(deps, options.urlFile ?? '-')),
    kind: options.kind,
    secret: await readSecret(deps, options.secretFile),
    events: options.event,
    requester: options.requester,
    id: options.id,
    enabled: options.disabled === true ? false : undefined,
  };
}

const NOT_ADDED = 'Not added. With --untested it is added anyway.';

const EXAMPLES = `
Examples:
  longplay notify add "My phone" ntfys://ntfy.sh/my-topic --requester robin
  longplay notify add "Push" https://push.example.org/topic --kind ntfy --secret-file token.txt
  longplay notify add "Home automation" --kind webhook --url-file address.txt --secret-file key.txt
  longplay notify add "Mail" "mailtos://robin@smtp.example.org/?to=robin@example.org" --secret-file password.txt
  longplay notify add "Everything" http://127.0.0.1:8000/notify/home --kind apprise --event available error`;
