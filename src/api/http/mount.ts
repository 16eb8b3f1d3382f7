import express, { type Express, type Request, type RequestHandler, type Response } from 'express';

import { normalizeError } from '../../domain/faults.js';
import { insertAudit } from '../../store/audit.js';
import { authenticate } from '../access/authenticate.js';
import { authorize } from '../access/authorize.js';
import { ANONYMOUS, type Principal } from '../access/principal.js';
import type { ApiContext } from '../context.js';
import type { Answer } from './operation.js';
import { HttpProblem } from './problem.js';
import type { Method, Route } from './route.js';

const MAX_BODY = '1mb';

/** Binds every route: who asks, whether they may, the body, the operation, the audit, the answer. */
export function mountRoutes(app: Express, context: ApiContext, routes: readonly Route[]): void {
  // Not strict: what is JSON but no object is told by the schema, in its words.
  const json = express.json({ limit: MAX_BODY, strict: false });
  for (const route of routes) app[route.method](route.path, handlerOf(context, route, json));
  for (const [path, methods] of methodsByPath(routes)) {
    app.all(path, (request) => {
      throw methodNotAllowed(request.method, methods);
    });
  }
}

function handlerOf(context: ApiContext, route: Route, json: RequestHandler): RequestHandler {
  return async (request, response) => {
    const begun = performance.now();
    let isStream = false;
    response.on('close', () => {
      context.metrics.observeHttp({
        method: request.method,
        route: route.path,
        status: response.statusCode,
        seconds: (performance.now() - begun) / 1_000,
        stream: isStream,
      });
    });
    const principal = await authenticateFor(context, route, request);
    authorize(route.access, principal, request);
    if (route.operation.body !== undefined) await readBody(json, request, response);
    const answer = await route.operation.run(context, request, principal);
    isStream = 'stream' in answer;
    await recordChange(context, { route, request, principal, answer });
    await send(response, answer);
  };
}

/** A public address answers also while Postgres is away, and to a browser whose session is over. */
async function authenticateFor(context: ApiContext, route: Route, request: Request): Promise<Principal> {
  return route.access === 'public' ? ANONYMOUS : authenticate(context.db, request);
}

async function readBody(json: RequestHandler, request: Request, response: Response): Promise<void> {
  const hasBody =
    request.headers['transfer-encoding'] !== undefined || request.headers['content-length'] !== '0';
  // `is` answers null where there is no body.
  if (hasBody && request.is('application/json') === false) {
    const came = request.headers['content-type'];
    throw new HttpProblem(
      'unsupported_media_type',
      `Expected content-type application/json, got ${came === undefined ? 'none' : `"${came.slice(0, 100)}"`}`,
    );
  }
  await new Promise<void>((resolve, reject) => {
    void json(request, response, (error?: unknown) => {
      if (error === undefined) resolve();
      else reject(normalizeError(error));
    });
  });
}

/** Every change leaves a row; when the row cannot be written, the log has the same words. */
async function recordChange(
  context: ApiContext,
  {
    route,
    request,
    principal,
    answer,
  }: { route: Route; request: Request; principal: Principal; answer: Answer },
): Promise<void> {
  if (route.method === 'get' || !('status' in answer) || answer.status >= 400) return;
  const note = 'audit' in answer ? answer.audit : undefined;
  if (note === 'changed nothing') return;
  const target = note?.target ?? Object.values(request.params).map(String).join('/');
  const entry = {
    actor: note?.actor ?? principal.name,
    action: route.operation.id,
    target: target === '' ? null : target,
    detail: note?.detail,
  };
  await insertAudit(context.db, entry).catch((error: unknown) => {
    context.log.error({ err: error, audit: entry }, 'an audit row could not be written');
  });
}

async function send(response: Response, answer: Answer): Promise<void> {
  if ('stream' in answer) {
    // A stream that may show nothing would never end.
    if (response.req.method !== 'HEAD') return answer.stream(response);
    response.type('text/event-stream').end();
    return;
  }
  if ('file' in answer) return sendFile(response, answer);
  response.status(answer.status).set('cache-control', 'no-store');
  if ('text' in answer) {
    response.type(answer.contentType).send(answer.text);
    return;
  }
  if (answer.headers !== undefined) response.set(answer.headers);
  if (answer.cookie !== undefined) {
    response.cookie(answer.cookie.name, answer.cookie.value, answer.cookie.options);
  }
  if (answer.body === undefined) response.end();
  else response.json(answer.body);
}

/** Express tells size and time as its ETag, and answers 304 and ranges by itself. */
async function sendFile(
  response: Response,
  { file, contentType }: { file: string; contentType: string },
): Promise<void> {
  response.type(contentType).set('cache-control', 'private, no-cache');
  await new Promise<void>((resolve, reject) => {
    // The folder of a root may have any name, hidden ones too.
    response.sendFile(file, { dotfiles: 'allow', cacheControl: false }, (error?: Error) => {
      // Whoever has gone away in the middle needs no other answer.
      if (error === undefined || response.headersSent) resolve();
      else reject(error);
    });
  });
}

function methodsByPath(routes: readonly Route[]): Map<string, Method[]> {
  const methods = new Map<string, Method[]>();
  for (const { path, method } of routes) methods.set(path, [...(methods.get(path) ?? []), method]);
  return methods;
}

function methodNotAllowed(came: string, methods: Method[]): HttpProblem {
  const allow = methods.map((method) => method.toUpperCase()).join(', ');
  return new HttpProblem('method_not_allowed', `Expected ${allow}, got ${came}`, { headers: { allow } });
}
