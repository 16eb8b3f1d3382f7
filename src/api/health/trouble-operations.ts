import { z } from 'zod';

import { recover } from '../../jobs/recover.js';
import { endFinding, FINDINGS, listFindings } from '../../store/findings.js';
import { listRepairs, REPAIRS } from '../../store/repairs.js';
import { defineOperation } from '../http/operation.js';
import { HttpProblem } from '../http/problem.js';
import { DEFAULT_LIMIT, integerText, limit, time } from '../schemas/parameters.js';

const tag = 'health';

const finding = z
  .strictObject({
    kind: z.enum(FINDINGS),
    subject: z.string().describe('A job’s id, or what else it is about'),
    message: z.string(),
    remedy: z.string().nullable(),
    since: time,
  })
  .meta({ id: 'Finding' });

export const listFindingsOperation = defineOperation({
  id: 'listFindings',
  tag,
  summary: 'What is wrong now and needs somebody to look; each goes once it is mended',
  responses: {
    200: { description: 'Oldest first', schema: z.strictObject({ findings: z.array(finding) }) },
  },
  handle: async ({ db }) => ({ status: 200, body: { findings: await listFindings(db) } }),
});

export const endFindingOperation = defineOperation({
  id: 'endFinding',
  tag,
  summary: 'Puts a finding away that was read; one that is still true comes again',
  params: z.object({ kind: z.enum(FINDINGS), subject: z.string().max(200) }),
  responses: { 204: { description: 'It is gone' } },
  handle: async ({ db }, { params }) => {
    if (!(await endFinding(db, params.kind, params.subject))) {
      throw new HttpProblem('gone', `There is no finding ${params.kind} of "${params.subject}"`);
    }
    return { status: 204 };
  },
});

const repair = z
  .strictObject({
    id: z.int(),
    time,
    jobId: z.string(),
    kind: z.enum(REPAIRS),
    detail: z.string(),
  })
  .meta({ id: 'Repair' });

export const listRepairsOperation = defineOperation({
  id: 'listRepairs',
  tag,
  summary: 'Each disagreement between rows and Temporal that was mended, newest first',
  query: z.strictObject({
    before: integerText({ min: 1, max: Number.MAX_SAFE_INTEGER }).optional().describe('Only before this id'),
    limit,
  }),
  responses: {
    200: { description: 'One page', schema: z.strictObject({ repairs: z.array(repair) }) },
  },
  handle: async ({ db }, { query }) => {
    const repairs = await listRepairs(db, { before: query.before, limit: query.limit ?? DEFAULT_LIMIT });
    return { status: 200, body: { repairs } };
  },
});

export const recoverOperation = defineOperation({
  id: 'recover',
  tag,
  summary: 'Takes the Temporal that answers now for ours: open jobs that it does not know go on in new runs',
  body: z.strictObject({
    dryRun: z.boolean().default(false).describe('Says what would be done, and changes nothing'),
  }),
  responses: {
    200: {
      description: 'What was done',
      schema: z.strictObject({
        replaced: z.boolean().describe('Another Temporal had answered before'),
        begun: z.array(z.string()).describe('Jobs that go on in a new round'),
        ended: z.array(z.string()).describe('Jobs whose end Temporal knew'),
        unchanged: z.int().describe('Open jobs whose run Temporal has'),
      }),
    },
  },
  handle: async (context, { body }) => ({
    status: 200,
    body: await recover(context, body),
    audit: { target: 'temporal', detail: body },
  }),
});
