import { z } from 'zod';

import { PROBLEMS, type ProblemKind } from '../http/problem.js';

export const problem = z
  .strictObject({
    type: z.string().describe('Where this kind of problem is explained'),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('What was expected, what came, and what to do'),
    instance: z.string().describe('The path that was asked for'),
    kind: z.enum(Object.keys(PROBLEMS) as [ProblemKind, ...ProblemKind[]]),
    remedy: z.string().optional(),
    errors: z
      .array(
        z.strictObject({
          pointer: z.string().describe('JSON pointer into the body, or path/… and query/…'),
          detail: z.string(),
        }),
      )
      .optional()
      .describe('Every field that is wrong'),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details' });
