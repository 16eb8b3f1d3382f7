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
  'media-rule': {
    path: '/api/media-rules',
    list: 'mediaRules',
    many: 'media rules',
    about: 'what is done by itself with new videos',
    example: `longplay media-rule set gif-new '{"name": "Thumbnails of films", "places": ["library:films"],
    "type": "thumbnail_generate", "params": {"width": 320}}'
  longplay media-rule disable playback-new`,
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
    if (SWITCHED.includes(kind)) addSwitches(group, deps, kind);
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
              rows: entries.map((entry) => [entry.id, entry.name, nowOf(entry)]),
            }),
      );
    },
  );
}

function nowOf({ detail, enabled, jobs }: PolicyEntry): string {
  if (enabled === false) return 'off';
  return detail ?? (jobs === undefined ? '' : `${jobs} ${jobs === 1 ? 'job' : 'jobs'} so far`);
}

function addShow(group: Command, deps: ProgramDeps, kind: PolicyKind): void {
  const command = group
    .command('show')
    .description('Shows it as the JSON object that "set" takes.')
    .argument('<id>', 'its id');
  withApiOptions(command).action(async (id: string, options: SharedOptions) => {
    const { client, output } = await openSession(deps, options);
    const found = await requireEntry(client, kind, id);
    output.show(found, () => JSON.stringify(settingsOf(found), null, 2).split('\n'));
  });
}

/** @throws Fault gone. */
async function requireEntry(client: HttpClient, kind: PolicyKind, id: string): Promise<PolicyEntry> {
  const found = (await listOf(client, kind)).find((entry) => entry.id === id);
  if (found !== undefined) return found;
  throw new Fault('gone', `There is none of the ${POLICIES[kind].many} with the id "${id}"`, {
    remedy: `longplay ${kind} list`,
  });
}

/** What an answer tells beside the settings. */
const FOUND_OUT = ['id', 'createdAt', 'detail', 'quietSince', 'jobs', 'lastJobId', 'lastJobAt'];

function settingsOf(entry: PolicyEntry): Record<string, unknown> {
  return Object.fromEntries(Object.entries(entry).filter(([key]) => !FOUND_OUT.includes(key)));
}

/** What can be switched off and kept. */
const SWITCHED: readonly PolicyKind[] = ['media-rule', 'quiet'];

function addSwitches(group: Command, deps: ProgramDeps, kind: PolicyKind): void {
  for (const [word, enabled] of [
    ['enable', true],
    ['disable', false],
  ] as const) {
    const description = enabled ? 'Switches it on.' : 'Switches it off, and keeps it.';
    const command = group.command(word).description(description).argument('<id>', 'its id');
    withApiOptions(command).action(async (id: string, options: SharedOptions) => {
      const { client, output } = await openSession(deps, options);
      const body = { ...settingsOf(await requireEntry(client, kind, id)), enabled };
      const path = `${POLICIES[kind].path}/${encodeURIComponent(id)}`;
      const saved = await client.send({ method: 'PUT', path, body, answer: policyEntry });
      output.show(saved, () => [`${enabled ? 'Enabled' : 'Disabled'} ${saved.id}: ${saved.name}.`]);
    });
  }
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
