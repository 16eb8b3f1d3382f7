import type { CookieOptions, Request, Response } from 'express';
import type { z } from 'zod';

import type { Principal } from '../access/principal.js';
import type { ApiContext } from '../context.js';
import { fieldErrors, HttpProblem } from './problem.js';

/** What an operation answers: JSON, a text of its own kind, a file, or a stream that it writes itself. */
export type Answer =
  | {
      status: number;
      body?: unknown;
      headers?: Record<string, string>;
      cookie?: { name: string; value: string; options: CookieOptions };
      audit?: AuditNote | 'changed nothing';
    }
  | { status: number; text: string; contentType: string }
  /** By its host path; a client that has it already, by its ETag, is told so. */
  | { file: string; contentType: string }
  | { stream: (response: Response) => Promise<void> };

/** What the audit row of a change says beside who and which operation. */
export interface AuditNote {
  /** Default: who asked. */
  actor?: string;
  target?: string;
  detail?: unknown;
}

export interface Call<Params, Query, Body> {
  params: Params;
  query: Query;
  body: Body;
  principal: Principal;
  request: Request;
}

export interface DocumentedResponse {
  description: string;
  schema?: z.ZodType;
  contentType?: string;
}

/** One operation of the API: its document and its code in one place. Roles stand in routes.ts. */
export interface Operation {
  id: string;
  tag: string;
  summary: string;
  params: z.ZodObject | undefined;
  query: z.ZodObject | undefined;
  body: z.ZodType | undefined;
  responses: Record<number, DocumentedResponse>;
  /** Statuses of problems that are this operation's own, such as 409; those that all have are added. */
  refusals: readonly number[];
  run: (context: ApiContext, request: Request, principal: Principal) => Promise<Answer>;
}

interface Definition<Params, Query, Body> {
  id: string;
  tag: string;
  summary: string;
  params?: z.ZodObject & z.ZodType<Params>;
  query?: z.ZodObject & z.ZodType<Query>;
  body?: z.ZodType<Body>;
  responses: Record<number, DocumentedResponse>;
  refusals?: readonly number[];
  handle: (context: ApiContext, call: Call<Params, Query, Body>) => Promise<Answer>;
}

export function defineOperation<Params = undefined, Query = undefined, Body = undefined>(
  definition: Definition<Params, Query, Body>,
): Operation {
  const { id, tag, summary, responses } = definition;
  return {
    id,
    tag,
    summary,
    responses,
    refusals: definition.refusals ?? [],
    params: definition.params,
    query: definition.query,
    body: definition.body,
    run: async (context, request, principal) => {
      const given = parseAll(definition, request);
      return definition.handle(context, { ...given, principal, request });
    },
  };
}

/** @throws HttpProblem bad_input that lists every wrong field of path, query and body at once. */
function parseAll<Params, Query, Body>(
  definition: Definition<Params, Query, Body>,
  request: Request,
): { params: Params; query: Query; body: Body } {
  const parts = [
    { schema: definition.params, value: request.params, prefix: 'path' },
    { schema: definition.query, value: request.query, prefix: 'query' },
    { schema: definition.body, value: request.body as unknown, prefix: '' },
  ];
  const parsed = parts.map(({ schema, value, prefix }) => {
    if (schema === undefined) return { data: undefined, errors: [] };
    const result = schema.safeParse(value ?? {});
    return result.success
      ? { data: result.data, errors: [] }
      : { data: undefined, errors: fieldErrors(result.error, prefix) };
  });
  const errors = parsed.flatMap((part) => part.errors);
  if (errors.length > 0) {
    const told = errors.map(({ pointer, detail }) => `${pointer === '' ? 'body' : pointer}: ${detail}`);
    throw new HttpProblem('bad_input', `The request is not valid: ${told.join('; ')}`, { errors });
  }
  // Each entry was parsed by the schema of its own name just above.
  return {
    params: parsed[0]?.data as Params,
    query: parsed[1]?.data as Query,
    body: parsed[2]?.data as Body,
  };
}
