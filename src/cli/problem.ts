import { z } from 'zod';

import { Fault } from '../domain/faults.js';

/** RFC 9457 as the API sends it; a proxy in between may send less, so only the status is certain. */
const problemDocument = z.looseObject({
  title: z.string().optional(),
  status: z.int().optional(),
  detail: z.string().optional(),
  kind: z.string().optional(),
  remedy: z.string().optional(),
  errors: z.array(z.looseObject({ pointer: z.string(), detail: z.string() })).optional(),
});

export type Problem = z.output<typeof problemDocument> & { status: number; title: string };

/** The API answered, and said no. */
export class RefusedError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail ?? problem.title);
    this.name = 'RefusedError';
    this.problem = problem;
  }
}

/** Reads a refusal; a body that is no problem document is told by its status alone, never quoted. */
export function parseProblem(status: number, statusText: string, body: unknown): Problem {
  const parsed = problemDocument.safeParse(body);
  const title = statusText === '' ? `HTTP status ${status}` : statusText;
  if (!parsed.success) return { status, title, detail: `Expected a problem document, got only ${title}` };
  return { ...parsed.data, status, title: parsed.data.title ?? title };
}

/** Title, what was expected and came, each wrong field, and what to do: one thing a line. */
export function errorLines(error: unknown): string[] {
  if (error instanceof RefusedError) return problemLines(error.problem);
  if (!(error instanceof Error)) return [`Error: ${String(error)}`];
  const remedy = error instanceof Fault ? error.remedy : undefined;
  return [`Error: ${error.message}`, ...remedyLine(remedy)];
}

/** The same as one document for `--json`, in the words of RFC 9457. */
export function errorDocument(error: unknown): Record<string, unknown> {
  if (error instanceof RefusedError) {
    const { problem } = error;
    const remedy = remedyOf(problem);
    return { error: { ...problem, ...(remedy === undefined ? {} : { remedy }) } };
  }
  const remedy = error instanceof Fault ? { kind: error.kind, remedy: error.remedy } : {};
  return { error: { title: error instanceof Error ? error.message : String(error), ...remedy } };
}

function problemLines(problem: Problem): string[] {
  const { title, status, detail, remedy, errors = [] } = problem;
  // Where `detail` only lists the wrong fields, the list says it better.
  const isList = errors.length > 0 && errors.every((error) => detail?.includes(error.detail) === true);
  return [
    `Error: ${title} (${status})`,
    ...(detail === undefined || isList ? [] : [`  ${withoutRemedy(detail, remedy)}`]),
    ...errors.map((error) => `  ${error.pointer === '' ? 'body' : error.pointer}: ${error.detail}`),
    ...remedyLine(remedyOf(problem)),
  ];
}

/** The API speaks of log-in links and headers; who stands at the command line has other means. */
function remedyOf({ status, remedy }: Problem): string | undefined {
  return status === 401 ? REMEDIES[401] : (remedy ?? REMEDIES[status]);
}

/** The API ends `detail` with the remedy, for clients that show only that. */
function withoutRemedy(detail: string, remedy: string | undefined): string {
  if (remedy === undefined || !detail.endsWith(remedy)) return detail;
  return detail.slice(0, -remedy.length).trimEnd().replace(/\.$/, '');
}

function remedyLine(remedy: string | undefined): string[] {
  return remedy === undefined ? [] : [`  What to do: ${remedy}`];
}

const REMEDIES: Record<number, string | undefined> = {
  401: 'Set LONGPLAY_TOKEN to a living token, or run on the machine and with the LONGPLAY_DATA of "longplay up"',
  403: 'Use a token with a higher role: "longplay token create --role operator"',
  404: 'Check the id: "list" of the same group, such as "longplay job list", names all',
};
