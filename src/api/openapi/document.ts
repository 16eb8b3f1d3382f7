import { STATUS_CODES } from 'node:http';

import { OpenAPIRegistry, OpenApiGeneratorV31 } from '@asteasolutions/zod-to-openapi';
import type { z } from 'zod';

import type { Operation } from '../http/operation.js';
import type { Access, Route } from '../http/route.js';
import { ROUTES } from '../routes.js';
import { problem } from '../schemas/problem.js';

export type OpenApiDocument = ReturnType<OpenApiGeneratorV31['generateDocument']>;

const PROBLEM_STATUSES: Record<Access, number[]> = {
  public: [503],
  viewer_or_loopback: [401, 503],
  viewer: [401, 503],
  operator: [401, 403, 503],
  super_admin: [401, 403, 503],
};

const ACCESS: Record<Access, string> = {
  public: 'Needs no log-in.',
  viewer_or_loopback: 'Needs the role viewer; on this machine none.',
  viewer: 'Needs the role viewer.',
  operator: 'Needs the role operator.',
  super_admin: 'Needs the role super_admin.',
};

/** The whole API in one document, from the same schemas that check every request. */
export function createOpenApiDocument(version: string): OpenApiDocument {
  const registry = new OpenAPIRegistry();
  registry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer' });
  registry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: 'longplay_session',
  });
  for (const route of ROUTES) registerRoute(registry, route);
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'Longplay',
      version,
      description:
        'Errors are problem documents (RFC 9457): what was expected, what came, and what to do. ' +
        'Unsafe methods with a session cookie need its token in X-CSRF-Token.',
    },
  });
}

function registerRoute(registry: OpenAPIRegistry, { method, path, access, operation }: Route): void {
  const { id, tag, summary, params, query, body } = operation;
  registry.registerPath({
    method,
    path: path.replaceAll(/:(\w+)/g, '{$1}'),
    operationId: id,
    tags: [tag],
    summary,
    description: ACCESS[access],
    ...(access === 'public' ? {} : { security: [{ bearer: [] }, { session: [] }] }),
    request: {
      ...(params === undefined ? {} : { params }),
      ...(query === undefined ? {} : { query }),
      ...(body === undefined ? {} : { body: { content: json(body) } }),
    },
    responses: { ...problems(problemStatuses(access, operation)), ...answers(operation.responses) },
  });
}

type Content = Record<string, { schema: z.ZodType }>;

function json(schema: z.ZodType): Content {
  return { 'application/json': { schema } };
}

function answers(
  responses: Route['operation']['responses'],
): Record<string, { description: string; content?: Content }> {
  return Object.fromEntries(
    Object.entries(responses).map(([status, { description, schema, contentType = 'application/json' }]) => [
      status,
      schema === undefined ? { description } : { description, content: { [contentType]: { schema } } },
    ]),
  );
}

/** What the door answers, what wrong parts of a request are answered with, and the operation's own refusals. */
function problemStatuses(access: Access, { params, query, body, refusals }: Operation): number[] {
  return [
    ...PROBLEM_STATUSES[access],
    ...(params === undefined ? [] : [400, 404]),
    ...(query === undefined ? [] : [400]),
    ...(body === undefined ? [] : [400, 413, 415]),
    ...refusals,
  ];
}

function problems(statuses: number[]): Record<string, { description: string; content: Content }> {
  const content = { 'application/problem+json': { schema: problem } };
  return Object.fromEntries(
    statuses.map((status) => [String(status), { description: STATUS_CODES[status] ?? 'A problem', content }]),
  );
}
