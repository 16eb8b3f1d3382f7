import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import { createOpenApiDocument } from '../../../src/api/openapi/document.js';
import { renderDocs } from '../../../src/api/openapi/page.js';
import { ROUTES } from '../../../src/api/routes.js';

const operation = z.looseObject({
  operationId: z.string(),
  security: z.array(z.unknown()).optional(),
  requestBody: z.unknown().optional(),
  responses: z.record(z.string(), z.unknown()),
});
const documentSchema = z.looseObject({ paths: z.record(z.string(), z.record(z.string(), operation)) });
const committed = documentSchema.parse(JSON.parse(readFileSync('docs/openapi.json', 'utf8')));

const described = Object.entries(committed.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, told]) => ({ at: `${method} ${path}`, ...told })),
);
const served = ROUTES.map(({ method, path, ...route }) => ({
  at: `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`,
  ...route,
}));

describe('docs/openapi.json', () => {
  it('has every route of the API, and no other', () => {
    expect(described.map(({ at }) => at).toSorted()).toEqual(served.map(({ at }) => at).toSorted());
  });

  it('gives each operation an id of its own', () => {
    expect(new Set(described.map(({ operationId }) => operationId)).size).toBe(ROUTES.length);
  });

  it.each(served)('asks for a log-in where $at does', ({ at, access }) => {
    const told = described.find((entry) => entry.at === at);
    expect(told?.security !== undefined).toBe(access !== 'public');
  });

  it.each(served.filter(({ operation: { body } }) => body !== undefined))(
    'tells what a wrong body of $at is answered with',
    ({ at }) => {
      const told = described.find((entry) => entry.at === at);
      expect(told?.requestBody).toBeDefined();
      expect(Object.keys(told?.responses ?? {})).toEqual(expect.arrayContaining(['400', '413', '415']));
    },
  );

  it('is what the sources say', () => {
    const made: unknown = JSON.parse(JSON.stringify(createOpenApiDocument('0.1.0')));
    expect(made).toEqual(committed);
  });
});

describe('/docs', () => {
  it('shows every operation and explains every kind of problem that documents point at', () => {
    const page = renderDocs(createOpenApiDocument('0.1.0'));
    for (const { at } of served) {
      const [method = '', path = ''] = at.split(' ');
      expect(page).toContain(`<code class="method">${method.toUpperCase()}</code> <code>${path}</code>`);
    }
    expect(page).toContain('id="problem-too_large"');
    expect(page).not.toContain('<script');
  });
});
