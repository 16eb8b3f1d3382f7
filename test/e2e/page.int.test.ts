import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import { z } from 'zod';

import { catalogue } from '../../src/catalogue/index.js';
import type { Stage } from '../../src/cli/demo/stage.js';
import { insertNewJob } from '../../src/jobs/create.js';
import { commitImport, planImport } from '../../src/store/acquisition/imports.js';
import { listLibraries } from '../../src/store/acquisition/libraries.js';
import { upsertItems } from '../../src/store/acquisition/library-items.js';
import { linkLibraryItem, openRequest, recordRequestState } from '../../src/store/acquisition/requests.js';
import { recordFinding } from '../../src/store/findings.js';
import { recordHealthChecks } from '../../src/store/health-checks.js';
import { recordOutcome } from '../../src/store/runs.js';
import { findChromium, startBrowser } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { createTestDatabase, type TestDatabase } from '../support/servers.js';
import { addIndexer, startStage } from '../support/stage.js';
import { startService, type ServiceProcess } from '../support/service.js';

const program = findChromium();
if (program === undefined) {
  process.stderr.write('skipped: the page is not tested, since Chromium is not installed\n');
}
const inChromium = program === undefined ? describe.skip : describe;

/** 25 MB take over a minute, so that there is something to watch. */
const SLOW_BYTES_PER_SECOND = 300_000;

let folder: string;
let stage: Stage;
let service: ServiceProcess;
let database: TestDatabase;
let browser: Browser;
let page: Page;
/** What the browser complained of: script errors, refused loads, breaches of the content policy. */
let complaints: string[];

inChromium('the page', () => {
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'longplay-page-'));
    stage = await startStage(folder, SLOW_BYTES_PER_SECOND);
    database = await createTestDatabase();
    service = await startService(path.join(folder, 'data'), {
      command: ['up'],
      environment: { DATABASE_URL: database.url },
    });
    await addIndexer(service.client, stage);
    browser = await startBrowser(program ?? '');
  }, 120_000);

  beforeEach(async () => {
    complaints = [];
    page = await (await browser.newContext()).newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    const { url } = await send('/api/tokens/login-links', z.object({ url: z.string() }), {
      name: 'a person',
      role: 'operator',
    });
    await page.goto(url);
    await page.getByRole('status').getByText('live').waitFor();
  });

  afterEach(async () => {
    await page.context().close();
  });

  afterAll(async () => {
    await browser.close();
    await service.stop();
    await stage.close();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  it('says that there is nothing yet, keeps the link out of the address, and needs a log-in', async () => {
    expect(new URL(page.url()).pathname).toBe('/');
    await page.getByText('Nobody has asked for anything yet.').waitFor();
    await page.getByText('No jobs yet.').waitFor();
    const stranger = await (await browser.newContext()).newPage();
    await stranger.goto(service.url);
    await stranger.waitForURL('**/login');
    await stranger.getByText('Log in with a token.').waitFor();
    await stranger.context().close();
    expect(complaints).toEqual([]);
  });

  it('asks for the fields of each kind, and says when no library takes it', async () => {
    const field = (name: string) => page.locator(`#ask input[name=${name}]`);
    await page.locator('#ask-kind').selectOption('episode');
    expect(await field('author').isVisible()).toBe(false);
    await field('title').fill('Some Show');
    await field('season').fill('1');
    await field('episode').fill('2');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('episode').waitFor();
    await page.locator('#ask-kind').selectOption('audiobook');
    expect(await field('season').isVisible()).toBe(false);
    await field('title').fill('');
  });

  it('takes a request by keyboard, shows it live, and pauses, resumes and cancels it', async () => {
    await page.getByLabel('Title').fill(stage.media.book.title);
    await page.getByLabel('Author').fill(stage.media.book.author);
    await page.keyboard.press('Enter');
    await card('#requests li', 'The Time Machine').getByText('downloading', { exact: true }).waitFor();
    const download = card('#jobs .child', '[English] M4B 256k');
    await download.getByText('running', { exact: true }).waitFor();
    const progress = async (): Promise<number> =>
      Number(await download.getByRole('progressbar').getAttribute('value'));
    await eventually(async () => (await progress()) > 0.02);
    await download
      .getByText(/s left$/)
      .first()
      .waitFor();

    const request = card('#jobs li', 'The Time Machine by H. G. Wells').first();
    await request.getByRole('button', { name: 'pause' }).click();
    await request.getByText('paused', { exact: true }).waitFor();
    await download.getByText('paused', { exact: true }).waitFor();
    await request.getByRole('button', { name: 'resume' }).click();
    await download.getByText('running', { exact: true }).waitFor();

    // The list is drawn anew with each change; who is at a button stays there.
    await request.getByRole('button', { name: 'details' }).focus();
    const before = await progress();
    await eventually(async () => (await progress()) > before);
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Refused: does not name H. G. Wells.').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });

    await request.getByRole('button', { name: 'cancel' }).click();
    await request.getByText('cancelled', { exact: true }).waitFor();
    expect(complaints).toEqual([]);
  }, 90_000);

  it('says that the library has it already, and asks all the same', async () => {
    const item = { mediaType: 'audiobook' as const, title: 'The Invisible Man', author: 'H. G. Wells' };
    await bring(item);
    await page.reload();
    await card('#requests li', item.title).getByRole('button', { name: 'details' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('97 % sure: its tags say so').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    await page.getByLabel('Title').fill(item.title);
    await page.getByLabel('Author').fill(item.author);
    await page.keyboard.press('Enter');
    const alert = page.getByRole('alert');
    await alert.getByText('The Invisible Man/found').waitFor();
    expect((await alert.innerText()).split('To fetch it anew')).toHaveLength(2);
    await alert.getByRole('button', { name: 'ask all the same' }).click();
    await card('#requests li', item.title).getByText('awaiting search', { exact: true }).waitFor();
    expect(await alert.isVisible()).toBe(false);
    // The browser tells of the refusal too.
    expect(complaints).toEqual([expect.stringContaining('409')]);
  }, 60_000);

  it('lets a person approve or deny, and block a release among its reasons', async () => {
    await service.client.send({
      method: 'PUT',
      path: '/api/approval-rules/*',
      body: { autoApprove: false },
      answer: z.unknown(),
    });
    const ask = async (title: string): Promise<Locator> => {
      await page.getByLabel('Title').fill(title);
      await page.getByLabel('Author').fill('H. G. Wells');
      await page.keyboard.press('Enter');
      const asked = card('#requests li', title);
      await asked.getByText('awaiting approval', { exact: true }).waitFor();
      return asked;
    };
    const unwanted = await ask('The Wheels of Chance');
    await unwanted.getByRole('button', { name: 'deny' }).click();
    await unwanted.getByText('denied', { exact: true }).waitFor();

    const wanted = await ask('The Time Traveller');
    await wanted.getByRole('button', { name: 'approve' }).click();
    await wanted.getByText('awaiting search', { exact: true }).waitFor();
    await wanted.getByRole('button', { name: 'details' }).click();
    const dialog = page.getByRole('dialog');
    const refused = dialog.getByRole('row', { name: 'Jules Verne - The Time Machine' });
    await refused.getByRole('button', { name: 'block' }).click();
    await dialog.waitFor({ state: 'hidden' });
    const { blocked } = await service.client.send({
      path: '/api/blocklist',
      answer: z.object({ blocked: z.array(z.looseObject({ title: z.string(), reason: z.string() })) }),
    });
    expect(blocked[0]).toMatchObject({ title: expect.stringContaining('Jules Verne'), reason: 'by_hand' });
    expect(complaints).toEqual([]);
    await service.client.send({
      method: 'PUT',
      path: '/api/approval-rules/*',
      body: { autoApprove: null },
      answer: z.unknown(),
    });
  }, 60_000);

  it('shows what needs somebody, and puts it away once it was read', async () => {
    const words = page.getByText('Needs somebody');
    expect(await words.count()).toBe(0);
    await recordFinding(database.db, {
      kind: 'row_recovered',
      subject: 'request-00000000',
      message: 'The row of request-00000000 was lost and was made anew from Temporal',
      remedy: 'Look whether other data is missing',
    });
    await page.reload();
    await words.waitFor();
    await page.getByText('Look whether other data is missing').waitFor();
    await page.getByRole('button', { name: 'Put away' }).click();
    await words.waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  });

  it('shows what is not well, and the schedules with their last and next run', async () => {
    const results = [
      {
        kind: 'indexer',
        subject: 'one',
        level: 'error',
        message: 'One refuses the key',
        remedy: 'Give another',
      },
    ] as const;
    await recordHealthChecks(database.db, { kinds: ['indexer'], results });
    await page.reload();
    const health = page.getByRole('region', { name: 'Health' });
    await health.getByText('One refuses the key. Give another').waitFor();
    const schedules = page.getByRole('region', { name: 'Schedules' });
    await schedules.getByRole('cell', { name: 'Search for what is missing' }).waitFor();
    await recordHealthChecks(database.db, { kinds: ['indexer'], results: [] });
    expect(complaints).toEqual([]);
  });

  it('offers a viewer only what a viewer may do', async () => {
    const role = { name: 'a guest', role: 'viewer' };
    const { url } = await send('/api/tokens/login-links', z.object({ url: z.string() }), role);
    const guest = await (await browser.newContext()).newPage();
    await guest.goto(url);
    await guest.getByRole('button', { name: 'details' }).first().waitFor();
    const offered = await guest.getByRole('button').allInnerTexts();
    expect(new Set(offered)).toEqual(new Set(['details']));
    await guest.context().close();
  });

  it('fits a telephone, in the dark too', async () => {
    await page.setViewportSize({ width: 360, height: 640 });
    await page.emulateMedia({ colorScheme: 'dark' });
    const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    const background = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    expect(overflow).toBeLessThanOrEqual(0);
    const [red = 255] = /\d+/.exec(background)?.map(Number) ?? [];
    expect(red).toBeLessThan(64);
  });

  it('says when Longplay does not answer, and goes on by itself', async () => {
    await service.kill();
    await page.getByText('Longplay does not answer').waitFor();
    const { port } = new URL(service.url);
    service = await startService(path.join(folder, 'data'), {
      command: ['up'],
      environment: { LONGPLAY_PORT: port, DATABASE_URL: database.url },
    });
    await page.getByRole('status').getByText('live').waitFor({ timeout: 30_000 });
  }, 90_000);
});

/** A request that has come to its good end, without the way through Temporal. */
async function bring(item: { mediaType: 'audiobook'; title: string; author: string }): Promise<void> {
  const { db } = database;
  const [{ id: libraryId } = { id: '' }] = await listLibraries(db);
  const wish = { type: 'request', params: { item, libraryId }, createdBy: 'test', parentId: undefined };
  const jobId = await db.transaction(async (tx) => {
    const { job } = await insertNewJob(tx, { catalogue }, wish);
    const end = { round: 1, runId: null, status: 'completed', result: {}, error: null } as const;
    await recordOutcome(tx, { jobId: job.id, ...end });
    return job.id;
  });
  const requestId = await openRequest(db, { id: 'req-brought', jobId, item, libraryId });
  const found = {
    ...{
      id: 'item-brought',
      path: `${item.title}/found`,
      narrator: null,
      year: null,
      asin: null,
      isbn: null,
    },
    ...{ durationSeconds: null, sizeBytes: 1, files: [], ...item },
  };
  await upsertItems(db, { libraryId, scanId: 'scan', items: [found] });
  await linkLibraryItem(db, { requestId, libraryItemId: found.id });
  const manifest = { confidence: { percent: 97, why: 'its tags say so' } };
  await planImport(db, { jobId, requestId, target: 'library:The Invisible Man/found', manifest });
  await commitImport(db, { jobId, files: [] });
  await recordRequestState(db, { requestId, state: 'available', actor: 'longplay', detail: null });
}

function send<Answer>(to: string, answer: z.ZodType<Answer>, body: unknown): Promise<Answer> {
  return service.client.send({ method: 'POST', path: to, body, answer });
}

function card(cards: string, title: string): Locator {
  return page.locator(cards, { hasText: title });
}
