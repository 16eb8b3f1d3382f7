import { setTimeout as after } from 'node:timers/promises';

import { z } from 'zod';

import { job as jobSchema, type Job } from '../answers.js';
import { jobPath } from '../commands/job-read.js';
import type { HttpClient } from '../http-client.js';
import type { ServerSentEvent } from '../sse-parser.js';
import { followEvents, type FollowOptions } from './follow-events.js';

/** What a view is told: each job in its present state, parents before their children. */
export interface TreeView {
  change: (job: Job, depth: number) => void;
  lost: () => void;
  back: () => void;
}

interface Tree {
  client: HttpClient;
  view: TreeView;
  signal: AbortSignal;
  pauseMs: FollowOptions['pauseMs'];
  known: Set<string>;
  children: Promise<unknown>[];
}

/** Each followed job holds one connection. */
const MAX_FOLLOWED = 50;
/** The ends of the parts come with the end of the whole; what is late by so much is not waited for. */
const LAST_CHILDREN_MS = 2_000;

/**
 * Follows a job and its parts until the job has ended.
 * @returns the ended job, or undefined when the signal aborted first. Errors as `followEvents`.
 */
export async function followJobTree(options: {
  client: HttpClient;
  id: string;
  view: TreeView;
  signal: AbortSignal;
  pauseMs?: FollowOptions['pauseMs'];
}): Promise<Job | undefined> {
  const parts = new AbortController();
  const tree: Tree = {
    client: options.client,
    view: options.view,
    signal: AbortSignal.any([options.signal, parts.signal]),
    pauseMs: options.pauseMs,
    known: new Set([options.id]),
    children: [],
  };
  try {
    const ended = await followJob(tree, options.id, 0);
    if (ended !== undefined)
      await Promise.race([Promise.all(tree.children), after(LAST_CHILDREN_MS, 0, { ref: false })]);
    return ended;
  } finally {
    parts.abort();
    await Promise.all(tree.children);
  }
}

async function followJob(tree: Tree, id: string, depth: number): Promise<Job | undefined> {
  const root = depth === 0;
  const events = followEvents(tree.client, {
    path: `${jobPath(id)}/events`,
    signal: tree.signal,
    ...(root ? { onLost: tree.view.lost, onBack: tree.view.back } : {}),
    ...(tree.pauseMs === undefined ? {} : { pauseMs: tree.pauseMs }),
  });
  for await (const event of events) {
    const job = jobOf(event);
    if (job === undefined) continue;
    tree.view.change(job, depth);
    followChildren(tree, job, depth + 1);
    if (event.event === 'end') return job;
  }
  return undefined;
}

function followChildren(tree: Tree, { children }: Job, depth: number): void {
  for (const { id } of children) {
    if (tree.known.has(id) || tree.known.size >= MAX_FOLLOWED) continue;
    tree.known.add(id);
    // A part that cannot be followed is no reason to leave the whole.
    tree.children.push(followJob(tree, id, depth).catch(() => undefined));
  }
}

const snapshot = z.looseObject({ job: jobSchema });

/** @returns undefined for events that are not about the job's state. */
export function jobOf({ event, data }: ServerSentEvent): Job | undefined {
  if (event === 'snapshot') return snapshot.parse(JSON.parse(data)).job;
  return event === 'job' || event === 'end' ? jobSchema.parse(JSON.parse(data)) : undefined;
}
