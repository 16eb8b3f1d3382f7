import { PROBLEMS } from '../http/problem.js';
import type { OpenApiDocument } from './document.js';

const METHODS = ['get', 'post', 'put', 'delete'] as const;

/** The API for people: every address by its tag, with what it takes and answers. No script, nothing from elsewhere. */
export function renderDocs(document: OpenApiDocument): string {
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      return operation === undefined
        ? []
        : [{ path, method, operation, tag: operation.tags?.[0] ?? 'other' }];
    }),
  );
  const tags = [...new Set(operations.map(({ tag }) => tag))];
  const body = tags.map((tag) => {
    const rows = operations.filter((entry) => entry.tag === tag).map(renderOperation);
    return `<h2 id="${escape(tag)}">${escape(tag)}</h2>${rows.join('')}`;
  });
  const problems = Object.entries(PROBLEMS).map(
    ([kind, { status, title }]) => `<li id="problem-${kind}"><code>${kind}</code> (${status}): ${title}</li>`,
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Longplay API</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/style.css"></head><body class="docs"><main>
<h1>Longplay API</h1><p>${escape(document.info.description ?? '')} The document itself: <a href="/openapi.json">/openapi.json</a>.</p>
<nav>${tags.map((tag) => `<a href="#${escape(tag)}">${escape(tag)}</a>`).join(' ')}</nav>
${body.join('')}<h2>Kinds of problems</h2><ul>${problems.join('')}</ul></main></body></html>`;
}

interface Rendered {
  path: string;
  method: string;
  operation: {
    summary?: string;
    description?: string;
    parameters?: unknown;
    requestBody?: unknown;
    responses?: Record<string, unknown>;
  };
}

function renderOperation({ path, method, operation }: Rendered): string {
  const { summary = '', description = '', parameters, requestBody, responses = {} } = operation;
  const parts = Object.entries({ parameters, body: requestBody, responses }).filter(
    ([, value]) => value !== undefined,
  );
  const details = parts.map(
    ([name, value]) => `<h4>${name}</h4><pre>${escape(JSON.stringify(value, undefined, 2))}</pre>`,
  );
  return `<details><summary><code class="method">${method.toUpperCase()}</code> <code>${escape(path)}</code> ${escape(summary)}</summary>
<p>${escape(description)}</p>${details.join('')}</details>`;
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
