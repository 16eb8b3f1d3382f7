import type { Command } from 'commander';

import { queueLine, queueList } from '../operations-answers.js';
import type { ProgramDeps } from '../program-deps.js';
import { queueDetails, queueTable } from '../render/queue.js';
import { openSession, withApiOptions, type SharedOptions } from '../session.js';

export function addQueueCommands(program: Command, deps: ProgramDeps): void {
  const group = program
    .command('queue')
    .description('Shows, pauses and resumes the queues on which steps wait for a slot.')
    .addHelpText('after', HELP);
  withApiOptions(group.command('list').description('Lists every queue.')).action(
    async (options: SharedOptions) => {
      const { client, output } = await openSession(deps, options);
      const found = await client.send({ path: '/api/queues', answer: queueList });
      output.show(found, () => queueTable(found.queues, output.width));
    },
  );
  addOne(group, deps, { verb: 'show', description: 'Shows one queue and the first 50 of its line.' });
  addOne(group, deps, { verb: 'pause', description: 'Lets no step of it begin; what runs goes on.' });
  addOne(group, deps, { verb: 'resume', description: 'Lets its steps begin again, in their order.' });
}

interface QueueOptions extends SharedOptions {
  reason?: string;
}

function addOne(
  group: Command,
  deps: ProgramDeps,
  { verb, description }: { verb: 'show' | 'pause' | 'resume'; description: string },
): void {
  const command = group.command(verb).description(description).argument('<queue>', 'its name');
  if (verb === 'pause') command.option('--reason <text>', 'shown at every job that waits for it');
  withApiOptions(command).action(async (name: string, options: QueueOptions) => {
    const { client, output } = await openSession(deps, options);
    const path = `/api/queues/${encodeURIComponent(name)}`;
    const found = await (verb === 'show'
      ? client.send({ path, answer: queueLine })
      : client.send({
          method: 'POST',
          path: `${path}/${verb}`,
          ...(verb === 'pause' ? { body: { reason: options.reason } } : {}),
          answer: queueLine,
        }));
    output.show(found, () => queueDetails(found, output.width));
  });
}

const HELP = `
Examples:
  longplay queue list
  longplay queue pause gpu-encode --reason "new driver"
  longplay queue resume gpu-encode`;
