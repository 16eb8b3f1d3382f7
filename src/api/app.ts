import express, { type ErrorRequestHandler, type Express } from 'express';

import type { ApiContext } from './context.js';
import { mountRoutes } from './http/mount.js';
import { HttpProblem, toProblem } from './http/problem.js';
import { createHostCheck, securityHeaders } from './http/security.js';
import { serveOpenApi } from './openapi/serve.js';
import { servePage } from './page.js';
import { ROUTES } from './routes.js';

/** The whole HTTP side of one process; it listens nowhere by itself. */
export function createApp(context: ApiContext): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.use(securityHeaders, createHostCheck(context.baseUrl));
  mountRoutes(app, context, ROUTES);
  serveOpenApi(app, context.version);
  servePage(app, context.webDirectory);
  app.use((request) => {
    throw new HttpProblem('gone', `There is nothing at ${request.path.slice(0, 200)}`, {
      remedy: 'See /docs for every address',
    });
  });
  app.use(problemHandler(context));
  return app;
}

/** The four parameters tell Express that this handles errors. */
function problemHandler({ log }: ApiContext): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const { document, headers } = toProblem(error, request.path);
    if (document.status >= 500) {
      log.error({ err: error, method: request.method, path: request.path }, 'a request failed');
    }
    if (response.headersSent) {
      response.destroy();
      return;
    }
    response
      .status(document.status)
      .set({ 'cache-control': 'no-store', ...headers })
      .type('application/problem+json')
      .send(JSON.stringify(document));
  };
}
