import type { Command } from 'commander';
import { z } from 'zod';

import { Fault } from '../../domain/faults.js';
import { policyEntry, type PolicyEntry } from '../policy-answers.js';
import type { HttpClient } from '../http-client.js';
import type { ProgramDeps } from '../program-deps.js';
import { formatTable } from '../render/table.js';
import { openSession, withApiOptions, type SharedOptions } from '../session.js';
import { readObject } from './read-input.js';

/** What decides about releases beforehand: each is a JSON object of its own, set as a whole. */
const POLICIES = {
  rule: {
    path: '/api/custom-rules',
    list: 'customRules',
    many: 'custom rules',
    about: 'must, must not and score rules on releases',
    example: `longplay rule set no-cam '{"name": "No CAM", "effect": {"kind": "must_not"},
    "conditions": [{"kind": "title", "pattern": "\\\\bCAM\\\\b"}]}'`,
  },
  profile: {
    path: '/api/quality-profiles',
    list: 'qualityProfiles',
    many: 'quality profiles',
    about: 'what releases must be and which are better',
    example: `longplay profile set books '{"name": "Books", "scoring": "requirement",
    "preferences": {"formats": ["m4b", "mp3"]}, "rules": [{"ruleId": "no-cam"}]}'`,
  },
  delay: {
    path: '/api/delay-profiles',
    list: 'delayProfiles',
    many: 'delay profiles',
    about: 'how long a good release waits for a better one',
    example: `longplay delay set evening '{"name": "Evening", "torrentDelay": 120, "bypassIfAboveScore": true,
    "minimumScore": 90}'`,
  },
  quiet: {
    path: '/api/quiet-rules',
    list: 'quietRules',
    many: 'quiet rules',
    about: 'when heavy work stands still',
    example: `longplay quiet set night '{"name": "Night", "when": {"kind": "hours", "from": "22:00", "to": "07:00",
    "timezone": "Europe/Berlin"}}'
  longplay quiet set evening '{"name": "Film", "when": {"kind": "watching"}, "downloads": true}'
  longplay quiet set busy '{"name": "Busy", "when": {"kind": "load", "percent": 60}}'`,
  },
} as const;

type PolicyKind = keyof typeof POLICIES;

export function addPolicyCommands(program: Command, deps: ProgramDeps): void {
  for (const kind of Object.keys(POLICIES) as PolicyKind[]) {
    const { many, about } = POLICIES[kind];
    const group = program.command(kind).description(`Lists, shows, sets and removes ${many}: ${about}.`);
    addList(group, deps, kind);
    addShow(group, deps, kind);
    addSet(group, deps, kind);
    addRemove(group, deps, kind);
  }
}

async function listOf(client: HttpClient, kind: PolicyKind): Promise<PolicyEntry[]> {
  const { path, list } = POLICIES[kind];
  const answer = z.looseObject({ [list]: z.array(policyEntry) });
  const page = (await client.send({ path, answer })) as Record<string, PolicyEntry[]>;
  return page[list] ?? [];
}

function addList(group: Command, deps: ProgramDeps, kind: PolicyKind): void {
  const { many, list } = POLICIES[kind];
  withApiOptions(group.command('list').description(`Lists the ${many}.`)).action(
    async (options: SharedOptions) => {
      const { client, output } = await openSession(deps, options);
      const entries = await listOf(client, kind);
      output.show({ [list]: entries }, () =>
        entries.length === 0
          ? [`No ${many}. See "longplay ${kind} set --help".`]
          : formatTable({
              width: output.width,
              columns: [{ title: 'ID' }, { title: 'NAME' }, { title: 'NOW' }],
              rows: entries.map(({ id, name, detail }) => [id, name, detail ?? '']),
            }),
      );
    },
  );
}

function addShow(group: Command, deps: ProgramDeps, kind: PolicyKind): void {
  const command = group
    .command('show')
    .description('Shows it as the JSON object that "set" takes.')
    .argument('<id>', 'its id');
  withApiOptions(command).action(async (id: string, options: SharedOptions) => {
    const { client, output } = await openSession(deps, options);
    const found = (await listOf(client, kind)).find((entry) => entry.id === id);
    if (found === undefined) {
      throw new Fault('gone', `There is none of the ${POLICIES[kind].many} with the id "${id}"`, {
        remedy: `longplay ${kind} list`,
      });
    }
    const { id: _id, createdAt: _createdAt, detail: _detail, quietSince: _since, ...settings } = found;
    output.show(found, () => JSON.stringify(settings, null, 2).split('\n'));
  });
}

function addSet(group: Command, deps: ProgramDeps, kind: PolicyKind): void {
  const { path, example } = POLICIES[kind];
  const command = group
    .command('set')
    .description('Adds it, or replaces the one with this id.')
    .argument('<id>', 'small letters, digits and dashes')
    .argument('<json>', 'a JSON object, @file, or - for the standard input')
    .addHelpText('after', `\nExample:\n  ${example}`);
  withApiOptions(command).action(async (id: string, json: string, options: SharedOptions) => {
    const { client, output } = await openSession(deps, options);
    const body = await readObject(deps, json);
    const isThere = (await listOf(client, kind)).some((entry) => entry.id === id);
    const saved = await client.send(
      isThere
        ? { method: 'PUT', path: `${path}/${encodeURIComponent(id)}`, body, answer: policyEntry }
        : { method: 'POST', path, body: { ...body, id }, answer: policyEntry },
    );
    output.show(saved, () => [`${isThere ? 'Replaced' : 'Added'} ${saved.id}: ${saved.name}.`]);
  });
}

function addRemove(group: Command, deps: ProgramDeps, kind: PolicyKind): void {
  const command = group.command('remove').description('Removes it.').argument('<id>', 'its id');
  withApiOptions(command).action(async (id: string, options: SharedOptions) => {
    const { client, output } = await openSession(deps, options);
    const path = `${POLICIES[kind].path}/${encodeURIComponent(id)}`;
    await client.send({ method: 'DELETE', path, answer: z.unknown() });
    output.show({ removed: id }, () => [`Removed ${id}.`]);
  });
}
