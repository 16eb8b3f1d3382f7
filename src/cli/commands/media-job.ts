import { randomUUID } from 'node:crypto';

import type { Command } from 'commander';

import { Fault } from '../../domain/faults.js';
import { job } from '../answers.js';
import { videoList, type Video } from '../media-answers.js';
import type { ProgramDeps } from '../program-deps.js';
import { stateOf } from '../render/job.js';
import { openSession, withApiOptions, type Session, type SharedOptions } from '../session.js';
import { watchToEnd } from '../watch/watch-to-end.js';
import { priorityText } from './parse-option.js';

/** Options of every command that makes a job of the service, or does its work on plain files with `--direct`. */
export interface MediaOptions extends SharedOptions {
  direct?: true;
  watch?: true;
  priority?: number | string;
}

export function withMediaOptions(command: Command): Command {
  command
    .option('--direct', 'on plain files, in this process, with no server, database or Temporal')
    .option('--watch', 'without --direct: stay until it ends')
    .option('--priority <priority>', '1 (first) to 10, or high, normal, low', priorityText);
  return withApiOptions(command);
}

/**
 * `only`: options that have a meaning with `--direct` alone, or without it alone.
 * @throws Fault bad_input for options that say nothing.
 */
export function checkMediaOptions(
  options: MediaOptions,
  { only }: { only: Record<string, 'direct' | 'service'> },
): void {
  const here = options.direct === true ? 'direct' : 'service';
  const all = { ...only, watch: 'service', priority: 'service', url: 'service' };
  const wrong = Object.entries(all).filter(([name, where]) => Object.hasOwn(options, name) && where !== here);
  if (wrong.length === 0) return;
  const names = wrong.map(([name]) => `--${kebab(name)}`).join(', ');
  throw new Fault(
    'bad_input',
    here === 'direct' ? `Expected --direct without ${names}` : `Expected ${names} together with --direct`,
    {
      remedy:
        here === 'direct' ? `Leave away ${names}: nothing is stored here` : 'Add --direct, or leave it away',
    },
  );
}

function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

interface Wanted {
  type: string;
  /** As a person names it. */
  video: string;
  params: Record<string, unknown>;
  options: MediaOptions;
}

/** Makes a job for a video of the library. */
export async function createMediaJob(deps: ProgramDeps, { video, ...wanted }: Wanted): Promise<void> {
  const session = await openSession(deps, wanted.options);
  const videoId = await findVideoId(session, video);
  await postMediaJob(session, { ...wanted, params: { videoId, ...wanted.params } });
}

/** Makes a job that is of no single video. */
export async function postMediaJob(session: Session, wanted: Omit<Wanted, 'video'>): Promise<void> {
  const { type, params, options } = wanted;
  const created = await session.client.send({
    ...{ method: 'POST', path: '/api/jobs', body: { type, params, priority: options.priority } },
    ...{ headers: { 'idempotency-key': randomUUID() }, answer: job },
  });
  if (options.watch === true) await watchToEnd(session, created.id);
  else session.output.show(created, () => [`${created.id} ${created.status}: ${stateOf(created)}`]);
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** So many are read, and three are named, of a word that says too little. */
const MOST = 200;
const NAMED = 3;

/** @throws Fault bad_input where the library has no such video, or several. */
async function findVideoId(session: Session, given: string): Promise<string> {
  if (UUID.test(given)) return given;
  // The root is no word of a path.
  const q = given.replace(/^[a-z]+:/, '');
  const query = { q, limit: MOST, sort: 'newest' };
  const { videos } = await session.client.send({ path: '/api/media', query, answer: videoList });
  const exact = videos.filter((video) => isNamed(video, given));
  const meant = exact.length > 0 ? exact : videos;
  const [only] = meant;
  if (only !== undefined && meant.length === 1) return only.id;
  throw only === undefined ? unknownVideo(given) : ambiguous(given, meant);
}

function isNamed({ path, title }: Video, given: string): boolean {
  return path === given || path.replace(/^[a-z]+:/, '') === given || title === given;
}

function unknownVideo(given: string): Fault {
  return new Fault(
    'bad_input',
    `Expected a video of the library, there is none with "${given}" in its path`,
    {
      remedy: 'See "longplay media list"; a scan finds new files; a file is encoded and read with --direct',
    },
  );
}

function ambiguous(given: string, meant: Video[]): Fault {
  const named = meant.slice(0, NAMED).map(({ path }) => path);
  const more = meant.length > NAMED ? ', …' : '';
  return new Fault('bad_input', `Expected one video, "${given}" are several: ${named.join(', ')}${more}`, {
    remedy: 'Name its id or its whole path, as "longplay media list" has them',
  });
}
