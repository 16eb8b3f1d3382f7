import { z } from 'zod';

import { Fault } from '../domain/faults.js';
import { leaseNeeds, type LeaseNeeds } from '../domain/jobs/leases.js';
import {
  DEFAULT_HEARTBEAT_MS,
  type JobPolicy,
  type PermitPolicy,
  type Queue,
  type StepPolicy,
} from '../domain/jobs/policy.js';

/** What a job type says of itself, in one file a type. */
export interface JobTypeDefinition<Schema extends z.ZodType> {
  /** The type's name; the workflow of the same name tells its story. */
  type: string;
  /** One sentence for the API document, the CLI and the page. */
  summary: string;
  params: Schema;
  title: (params: z.output<Schema>) => string;
  subject?: (params: z.output<Schema>) => { type: string; id: string } | undefined;
  /** Equal keys are one open job; null is never equal; absent: the hash of params and subject. */
  dedupe?: (params: z.output<Schema>) => string | null;
  /** A child of this type may be shared by several parents, and its key is not scoped by its parent. */
  shareable?: boolean;
  /** How many of a group may execute at once, over all workers; the group may depend on the params. */
  permit?: { group: (params: z.output<Schema>) => string; maximum: number };
  /** For tests, benches and first tries: offered only where LONGPLAY_DEMO_JOBS says so. */
  demo?: boolean;
  /**
   * `job create --direct` may run it without a server: its story needs only steps, children, waits and
   * compensation, and its steps neither the database nor Temporal.
   */
  direct?: boolean;
  /** Other systems' names for it, accepted on input and in filters. */
  aliases?: string[];
  /** 1 (first) to 10, without anybody's wish; default 5. */
  priority?: number;
  /** The activities of its story: where and how long each runs. */
  steps: Record<string, StepPolicy>;
  /** Where its steps run and what they hold of their host, where that depends on the params. */
  stepsFor?: (params: z.output<Schema>) => Record<string, { queue?: Queue; needs?: Partial<LeaseNeeds> }>;
  /**
   * A step that needs no input and takes away temp files of attempts, nothing else. Core runs it where the job has
   * ended without its own undoing, and an attempt was ended for its worker: a terminate, or the last try lost.
   */
  tidy?: string;
  /** The step that runs once a slice of the work, each telling how far the whole is. */
  sliced?: string;
  /** Waits before each further try, milliseconds. */
  retryWaitsMs: number[];
  /** Each step's (or child's) share of the progress, `external` for its external item; default: all steps alike. */
  weights?: Record<string, number>;
}

export interface ParsedJob {
  params: unknown;
  title: string;
  subject: { type: string; id: string } | undefined;
  /** undefined: the default, a hash of params and subject. */
  dedupe: string | null | undefined;
  permit: PermitPolicy | undefined;
  /** What its params change of its steps' policies. */
  steps: Record<string, Partial<StepPolicy>>;
}

export interface JobType {
  type: string;
  summary: string;
  params: z.ZodType;
  aliases: string[];
  shareable: boolean;
  demo: boolean;
  direct: boolean;
  priority: number | undefined;
  policy: JobPolicy;
  /** @throws Fault bad_input that lists every problem of the params. */
  parse: (params: unknown) => ParsedJob;
}

export function defineJobType<Schema extends z.ZodType>(definition: JobTypeDefinition<Schema>): JobType {
  return {
    type: definition.type,
    summary: definition.summary,
    params: definition.params,
    aliases: definition.aliases ?? [],
    shareable: definition.shareable ?? false,
    demo: definition.demo ?? false,
    direct: definition.direct ?? false,
    priority: definition.priority,
    policy: {
      steps: definition.steps,
      retry: { waitsMs: definition.retryWaitsMs },
      weights:
        definition.weights ?? Object.fromEntries(Object.keys(definition.steps).map((name) => [name, 1])),
      ...(definition.tidy === undefined ? {} : { tidy: definition.tidy }),
      ...(definition.sliced === undefined ? {} : { sliced: definition.sliced }),
    },
    parse: (params) => parseJob(definition, params),
  };
}

function parseJob<Schema extends z.ZodType>(
  definition: JobTypeDefinition<Schema>,
  unknownParams: unknown,
): ParsedJob {
  const parsed = definition.params.safeParse(unknownParams);
  if (!parsed.success) {
    throw new Fault(
      'bad_input',
      `The params of ${definition.type} are not valid: ${sayIssues(parsed.error)}`,
      { remedy: `See the schema of ${definition.type} in the API document`, cause: parsed.error },
    );
  }
  const params = parsed.data;
  const { permit } = definition;
  return {
    params,
    title: definition.title(params),
    subject: definition.subject?.(params),
    dedupe: definition.dedupe === undefined ? undefined : definition.dedupe(params),
    permit: permit === undefined ? undefined : { group: permit.group(params), maximum: permit.maximum },
    steps: Object.fromEntries(
      Object.entries(definition.stepsFor?.(params) ?? {}).map(([name, { needs, ...own }]) => [
        name,
        { ...own, ...(needs === undefined ? {} : { needs: leaseNeeds(needs) }) },
      ]),
    ),
  };
}

/** "count: expected number to be >=1; params: unrecognized key: colour". */
function sayIssues({ issues }: z.ZodError): string {
  return issues
    .map(({ path, message }) => `${path.length === 0 ? 'params' : path.join('.')}: ${message}`)
    .join('; ');
}

const MINUTE = 60_000;

/** A step's policy: its queue, how many minutes one attempt may take, and what it holds of its host. */
export function step(
  queue: Queue,
  minutes: number,
  { needs }: { needs?: Partial<LeaseNeeds> } = {},
): StepPolicy {
  return {
    queue,
    startToCloseMs: minutes * MINUTE,
    heartbeatMs: DEFAULT_HEARTBEAT_MS,
    ...(needs === undefined ? {} : { needs: leaseNeeds(needs) }),
  };
}

/** Waits of the acquisition pipeline: three tries more (design §2, acquisition.md §1.4). */
export const ACQUISITION_RETRY_MS = [2_000, 4_000, 8_000];

/** Waits of the media pipeline: 2, 4 and 8 minutes (media.md §1.8). */
export const MEDIA_RETRY_MS = [2 * MINUTE, 4 * MINUTE, 8 * MINUTE];
