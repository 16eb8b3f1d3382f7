import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { createOpenApiDocument } from './openapi/document.js';

/** Writes docs/openapi.json; with --check it only compares, so that a changed API is a seen change. */
const FILE = fileURLToPath(new URL('../../docs/openapi.json', import.meta.url));
const text = `${JSON.stringify(createOpenApiDocument('0.1.0'), undefined, 2)}\n`;

if (!process.argv.includes('--check')) writeFileSync(FILE, text);
else if (readFileSync(FILE, 'utf8') !== text) {
  process.stderr.write('docs/openapi.json is not what src/api says: run "npm run openapi"\n');
  process.exitCode = 1;
}
