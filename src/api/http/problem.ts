import { STATUS_CODES } from 'node:http';

import pg from 'pg';
import { ZodError } from 'zod';

import { Fault, type FaultKind } from '../../domain/faults.js';

/** One wrong field of a request; `pointer` is a JSON pointer into the body, or names a parameter. */
export interface FieldError {
  pointer: string;
  detail: string;
}

/** RFC 9457 problem details, with Longplay's own members `kind`, `remedy` and `errors`. */
export interface ProblemDocument {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  kind: ProblemKind;
  remedy?: string;
  errors?: FieldError[];
}

/** Every kind of problem: its HTTP status and its title. Faults of the domain come in by their own names. */
export const PROBLEMS = {
  bad_input: { status: 400, title: 'The request is not valid' },
  credentials: { status: 502, title: 'Another system refused the stored credentials' },
  gone: { status: 404, title: 'Not found' },
  release_fault: { status: 422, title: 'The release is bad' },
  superseded: { status: 409, title: 'The present state does not allow this' },
  defect: { status: 500, title: 'Longplay made a mistake' },
  transient: { status: 503, title: 'It did not work this time' },
  throttled: { status: 503, title: 'Another system asked for a pause' },
  environment: { status: 503, title: 'A part that is needed is away' },
  unauthenticated: { status: 401, title: 'Not logged in' },
  forbidden: { status: 403, title: 'Not allowed' },
  method_not_allowed: { status: 405, title: 'This address does not take this method' },
  conflict: { status: 409, title: 'Conflict' },
  already_there: { status: 409, title: 'The library has it already' },
  too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The body is of the wrong media type' },
  unprocessable: { status: 422, title: 'The request contradicts an earlier one' },
  too_many_requests: { status: 429, title: 'Too many requests' },
} as const satisfies Record<FaultKind, { status: number; title: string }> &
  Record<string, { status: number; title: string }>;

export type ProblemKind = keyof typeof PROBLEMS;

/** A refusal that HTTP itself has words for; faults of the domain stay Faults. */
export class HttpProblem extends Error {
  readonly kind: ProblemKind;
  readonly remedy: string | undefined;
  readonly errors: FieldError[] | undefined;
  readonly headers: Record<string, string>;

  constructor(
    kind: ProblemKind,
    message: string,
    details: {
      remedy?: string;
      errors?: FieldError[];
      headers?: Record<string, string>;
      cause?: unknown;
    } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'HttpProblem';
    this.kind = kind;
    this.remedy = details.remedy;
    this.errors = details.errors;
    this.headers = details.headers ?? {};
  }
}

/** @throws never; an error that nobody named becomes a 500 that tells nothing of its inside. */
export function toProblem(
  error: unknown,
  instance: string,
): { document: ProblemDocument; headers: Record<string, string> } {
  const problem = asHttpProblem(error);
  const { status, title } = PROBLEMS[problem.kind];
  const remedy = problem.remedy;
  return {
    document: {
      type: `/docs#problem-${problem.kind}`,
      title,
      status,
      detail: remedy === undefined ? problem.message : `${problem.message}. ${remedy}`,
      instance,
      kind: problem.kind,
      ...(remedy === undefined ? {} : { remedy }),
      ...(problem.errors === undefined ? {} : { errors: problem.errors }),
    },
    headers: { ...(status === 503 ? { 'retry-after': '5' } : {}), ...problem.headers },
  };
}

function asHttpProblem(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof Fault) return fromFault(error);
  if (error instanceof pg.DatabaseError && UNSTORABLE.has(error.code ?? '')) {
    return new HttpProblem('bad_input', 'Expected text that can be stored, got a NUL or a lone surrogate');
  }
  // The router could not decode a part of the path.
  if (error instanceof URIError) {
    return new HttpProblem('bad_input', 'Expected a path in percent-encoded UTF-8, got another');
  }
  return fromBodyParser(error) ?? new HttpProblem('defect', `${STATUS_CODES[500] ?? ''}: see the log`);
}

/** untranslatable_character, character_not_in_repertoire, and JSON text with either. */
const UNSTORABLE = new Set(['22P05', '22021', '22P02']);

function fromFault(fault: Fault): HttpProblem {
  const errors = fault.cause instanceof ZodError ? fieldErrors(fault.cause, '/params') : undefined;
  const seconds = fault.retryAfterMs === undefined ? undefined : Math.ceil(fault.retryAfterMs / 1_000);
  return new HttpProblem(fault.kind, fault.message, {
    ...(fault.remedy === undefined ? {} : { remedy: fault.remedy }),
    ...(errors === undefined ? {} : { errors }),
    headers: seconds === undefined ? {} : { 'retry-after': String(seconds) },
  });
}

/** Every field that is wrong; a key that nobody knows is named itself. */
export function fieldErrors(error: ZodError, prefix: string): FieldError[] {
  return error.issues.flatMap((issue) => {
    const at = [prefix, ...issue.path.map(pointerPart)].join('/');
    if (issue.code !== 'unrecognized_keys') return [{ pointer: at, detail: issue.message }];
    return issue.keys.map((key) => ({
      pointer: `${at}/${pointerPart(key)}`,
      detail: 'Expected no such field',
    }));
  });
}

/** RFC 6901: `~` and `/` inside a name. */
function pointerPart(part: PropertyKey): string {
  return String(part).replaceAll('~', '~0').replaceAll('/', '~1');
}

/** Errors of express.json carry a status and a type; their message may quote the body, so it is not shown. */
function fromBodyParser(error: unknown): HttpProblem | undefined {
  if (!(error instanceof Error) || !('type' in error)) return undefined;
  switch (error.type) {
    case 'entity.too.large':
      return new HttpProblem('too_large', 'Expected a body of at most 1 MB');
    case 'entity.parse.failed':
      return new HttpProblem('bad_input', 'Expected JSON as body, got something else');
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return new HttpProblem('unsupported_media_type', 'Expected JSON in UTF-8');
    default:
      return new HttpProblem('bad_input', 'Expected a whole body, but it could not be read');
  }
}
