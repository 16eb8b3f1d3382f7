import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { createJob } from '../../../src/jobs/create.js';
import { saveIndexer } from '../../../src/store/acquisition/indexers.js';
import { saveDownloadClient } from '../../../src/store/acquisition/download-clients.js';
import { saveLibrary } from '../../../src/store/acquisition/libraries.js';
import { DEFAULT_PATH_TEMPLATE } from '../../../src/domain/acquisition/path-template.js';
import { startAria2Process, type Aria2Process } from '../../support/aria2-process.js';
import { startTestCore, type TestCore } from '../../support/core.js';
import { makeEpub } from '../../support/ebooks.js';
import { tablesWith } from '../../support/every-row.js';
import { eventually } from '../../support/eventually.js';
import { hearLog } from '../../support/heard-log.js';
import { startOpdsContractServer, type OpdsBook } from '../../support/opds-contract-server.js';
import type { SourceServer } from '../../support/source-server.js';

const OPEN = 'http://opds-spec.org/acquisition/open-access';
const USER = { username: 'reader', password: 'opds-pass-of-this-test' };
const SENT = Buffer.from(`${USER.username}:${USER.password}`).toString('base64');

/** A catalogue whose pages and files are for its users only, a real aria2, and the real workers and poller. */
describe('a book of a catalogue that asks for a user', () => {
  const { log, lines } = hearLog();
  const epub = makeEpub();
  let folder: string;
  let core: TestCore;
  let aria2: Aria2Process;
  let source: SourceServer;
  let foreign: SourceServer;

  const bookOf = (title: string, own: Partial<OpdsBook> = {}): OpdsBook => ({
    ...{ id: title, title, author: 'Isaac Asimov', published: '2026-03-01', bytes: epub },
    links: [{ rel: OPEN, type: 'application/epub+zip', href: `/files/${encodeURIComponent(title)}` }],
    ...own,
  });

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'longplay-direct-'));
    aria2 = await startAria2Process(folder);
    core = await startTestCore({ log });
    foreign = await startOpdsContractServer({ version: '1.2', books: [bookOf('Stars like Dust')] });
    source = await startOpdsContractServer({
      version: '1.2',
      books: [
        bookOf('Prelude to Foundation', { movedTo: '/files/kept' }),
        bookOf('kept', { title: 'Something else' }),
        bookOf('The Stars like Dust', { movedTo: `${foreign.origin}/files/Stars%20like%20Dust` }),
      ],
      user: USER,
      closedFiles: true,
    });
    const { db, seal } = core.parts;
    await saveLibrary(db, {
      ...{ id: 'library', name: 'Library', kind: 'folder', root: 'library:', enabled: true },
      ...{ pathTemplate: DEFAULT_PATH_TEMPLATE, mediaTypes: ['ebook'] },
    });
    await saveDownloadClient(db, {
      ...{
        id: 'aria2',
        name: 'aria2',
        kind: 'aria2',
        baseUrl: aria2.rpcUrl,
        secret: seal.seal(aria2.secret),
      },
      ...{ username: null, category: null, pathMappings: [], priority: 25, enabled: true, embedded: true },
    });
    await saveIndexer(db, {
      ...{ id: 'books', name: 'Books', kind: 'opds', baseUrl: `${source.origin}/opds`, categories: [] },
      ...{ username: USER.username, secret: seal.seal(USER.password), priority: 25, enabled: true },
      ...{ minimumSeeders: 1, seedRatio: null, seedMinutes: null },
    });
  });

  afterAll(async () => {
    await core.stop();
    await aria2.stop();
    await Promise.all([source.close(), foreign.close()]);
    await rm(folder, { recursive: true, force: true });
  });

  async function ask(title: string): Promise<void> {
    const item = { mediaType: 'ebook', title, author: 'Isaac Asimov' };
    const { job } = await createJob(core.parts, {
      ...{ type: 'request', params: { item, libraryId: 'library' }, createdBy: 'test' },
    });
    await core.until(job.id, ({ status }) => status === 'completed', 40_000);
  }

  async function filed(title: string): Promise<Buffer> {
    const library = core.parts.roots.resolve('library:');
    const files = await readdir(library, { recursive: true });
    const book = files.find((file) => file.includes(title) && file.endsWith('.epub'));
    return readFile(path.join(library, book ?? 'not filed'));
  }

  it('comes with the user that was entered, by a redirect of the catalogue too', async () => {
    await ask('Prelude to Foundation');
    expect(await filed('Prelude to Foundation')).toEqual(epub);
    const asked = source.requests.filter(({ path: at }) => at === '/files/kept');
    expect(asked.length).toBeGreaterThan(1);
    expect(asked.map(({ headers }) => headers.authorization)).toEqual(asked.map(() => `Basic ${SENT}`));
    expect(asked.at(-1)?.headers['user-agent']).toContain('aria2');
  });

  it('comes from another host that the catalogue leads to, which never sees the user', async () => {
    await ask('The Stars like Dust');
    expect(await filed('The Stars like Dust')).toEqual(epub);
    expect(foreign.requests.map(({ headers }) => headers.authorization)).toEqual(
      foreign.requests.map(() => undefined),
    );
    expect(foreign.requests.at(-1)?.headers['user-agent']).toContain('aria2');
    expect(JSON.stringify(foreign.requests)).not.toContain(USER.password);
  });

  it('leaves its password in no row, no log line and no session', async () => {
    const secrets = [USER.password, SENT];
    // That it would be found is proven by what is stored.
    expect(await tablesWith(core.parts.db, ['Prelude to Foundation'])).toContain('downloads');
    expect(await tablesWith(core.parts.db, secrets)).toEqual([]);
    expect(lines.filter((line) => secrets.some((secret) => line.includes(secret)))).toEqual([]);
    await eventually(async () => !(await readFile(aria2.session, 'utf8')).includes(SENT));
  });
});
