import type { Express } from 'express';

import { createOpenApiDocument, type OpenApiDocument } from './document.js';
import { renderDocs } from './page.js';

/** The document at /openapi.json, and for people at /docs; neither holds data, so neither needs a log-in. */
export function serveOpenApi(app: Express, version: string): void {
  let document: OpenApiDocument | undefined;
  app.get('/openapi.json', (_request, response) => {
    document ??= createOpenApiDocument(version);
    response.json(document);
  });
  app.get('/docs', (_request, response) => {
    document ??= createOpenApiDocument(version);
    response.type('html').send(renderDocs(document));
  });
}
