import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { compileSource, type CompiledSource } from '../support/compiled-source.js';

const run = promisify(execFile);

const CATALOGUE = 'src/catalogue/index.ts';
const WORKFLOWS = 'src/workflows/index.ts';

/** What the page tells to write: whole files, and lines for files that are there. */
interface Page {
  files: Record<string, string>;
  lines: { entry: string; imported: string; exported: string };
}

/** Each numbered point names its file before its code. */
async function readPage(): Promise<Page> {
  const text = await readFile('docs/adding-a-job-type.md', 'utf8');
  const codes = [...text.matchAll(/^ +```ts\n([^]*?)^ +```$/gm)].map(([, code = '']) =>
    code.replaceAll(/^ {3}/gm, ''),
  );
  const names = [...text.matchAll(/^\d\. \*\*.*?\*\*, `(src\/[^`]+\.ts)`/gm)].map(([, name = '']) => name);
  const [entry = '', imported = '', exported = ''] = codes.slice(names.length);
  const files = Object.fromEntries(names.map((name, at) => [name, codes[at] ?? '']));
  return { files, lines: { entry, imported, exported } };
}

/** The two existing files, with the page's lines or without some of them. */
async function editedFiles({ lines }: Page): Promise<{ catalogue: string; workflows: string }> {
  const [catalogue, workflows] = await Promise.all([
    readFile(CATALOGUE, 'utf8'),
    readFile(WORKFLOWS, 'utf8'),
  ]);
  const listed = catalogue.replace('createCatalogue([\n', `createCatalogue([\n  ${lines.entry}`);
  return { catalogue: lines.imported + listed, workflows: workflows + lines.exported };
}

/** Does what each role does at its start, before it polls: prints what is wrong. */
const START = `
import { checkRegistrations } from './src/catalogue/catalogue.js';
const { loadSteps } = await import('./src/activities/registry.js');
try {
  const activities = Object.keys(await loadSteps({}));
  const { catalogue } = await import('./src/catalogue/index.js');
  const workflows = Object.keys(await import('./src/workflows/index.js'));
  checkRegistrations(catalogue, { workflows, activities });
  console.log('starts with ' + catalogue.find('say_hello').type);
} catch (error) {
  console.log(error.message);
}
`;

describe('adding a job type by its page', () => {
  let page: Page;
  let source: CompiledSource;
  let start: string;
  let edited: { catalogue: string; workflows: string };

  /** One start of the compiled copy, with these texts in place of the two index files. */
  async function startWith({
    catalogue,
    workflows,
  }: {
    catalogue: string;
    workflows: string;
  }): Promise<string> {
    await source.writeSource(CATALOGUE, catalogue);
    await source.writeSource(WORKFLOWS, workflows);
    return (await run(process.execPath, [start])).stdout.trim();
  }

  beforeAll(async () => {
    page = await readPage();
    edited = await editedFiles(page);
    source = await compileSource(await readdir('src'));
    for (const [file, text] of Object.entries(page.files)) await source.writeSource(file, text);
    start = await source.writeEntry(START);
  });

  afterAll(() => source.remove());

  it('takes three new files of code and one line in each of two existing ones, which lose none', async () => {
    expect(Object.keys(page.files)).toEqual([
      'src/catalogue/demo/say-hello.ts',
      'src/workflows/demo/say-hello.ts',
      'src/activities/demo/hello-steps.ts',
    ]);
    for (const [file, after] of [
      [CATALOGUE, edited.catalogue],
      [WORKFLOWS, edited.workflows],
    ] as const) {
      const before = (await readFile(file, 'utf8')).split('\n');
      const added = after.split('\n').filter((line) => !before.includes(line));
      expect(before.filter((line) => !after.split('\n').includes(line))).toEqual([]);
      expect(added.filter((line) => !line.startsWith('import '))).toHaveLength(1);
    }
  });

  it('compiles under the project’s own settings', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'longplay-types-'));
    try {
      await cp('src', path.join(folder, 'src'), { recursive: true });
      await symlink(path.resolve('node_modules'), path.join(folder, 'node_modules'));
      await writeFile(path.join(folder, 'package.json'), '{"type":"module"}');
      const files = { ...page.files, [CATALOGUE]: edited.catalogue, [WORKFLOWS]: edited.workflows };
      for (const [file, text] of Object.entries(files)) {
        await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
        await writeFile(path.join(folder, file), text);
      }
      const settings = {
        extends: path.resolve('tsconfig.json'),
        include: ['src/**/*.d.ts'],
        files: Object.keys(files),
      };
      await writeFile(path.join(folder, 'tsconfig.json'), JSON.stringify(settings));
      const compiler = path.resolve('node_modules/typescript/bin/tsc');
      const { stdout } = await run(process.execPath, [compiler, '-p', folder]).catch(
        (error: unknown) => error as { stdout: string },
      );
      expect(stdout).toBe('');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('starts with all of it', async () => {
    expect(await startWith(edited)).toBe('starts with say_hello');
  });

  it('does not start without the type’s line', async () => {
    const catalogue = edited.catalogue.replace(page.lines.entry, '');
    expect(await startWith({ ...edited, catalogue })).toContain(
      'the workflow "say_hello" has no job type: list it in src/catalogue/index.ts',
    );
  });

  it('does not start without the story’s line', async () => {
    const workflows = edited.workflows.replace(page.lines.exported, '');
    expect(await startWith({ ...edited, workflows })).toContain('the job type "say_hello" has no workflow');
  });

  it('does not start with the type listed twice', async () => {
    const catalogue = edited.catalogue.replace(page.lines.entry, page.lines.entry.repeat(2));
    expect(await startWith({ ...edited, catalogue })).toBe('The job type "say_hello" is registered twice');
  });

  it('does not start with the story exported twice', async () => {
    const workflows = edited.workflows + page.lines.exported;
    expect(await startWith({ ...edited, workflows })).toBe("Duplicate export of 'say_hello'");
  });

  it('does not start with two activities of one name', async () => {
    const [file = ''] = Object.keys(page.files).filter(isActivity);
    await source.writeSource('src/activities/demo/other-steps.ts', page.files[file] ?? '');
    const said = await startWith(edited);
    await source.removeSource('src/activities/demo/other-steps.ts');
    expect(said).toBe(
      'The activity "greet" is defined twice: in demo/hello-steps.js and in demo/other-steps.js',
    );
  });

  it('does not start without the activity', async () => {
    const [file = ''] = Object.keys(page.files).filter(isActivity);
    await source.removeSource(file);
    const said = await startWith(edited);
    await source.writeSource(file, page.files[file] ?? '');
    expect(said).toContain('the step "greet" of "say_hello" has no activity');
  });
});

function isActivity(file: string): boolean {
  return file.startsWith('src/activities/');
}
