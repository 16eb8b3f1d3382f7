import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { ensureDefaults } from '../../../src/cli/defaults.js';
import type { MediaItem } from '../../../src/domain/acquisition/release.js';
import { createJob } from '../../../src/jobs/create.js';
import { decideRequest, type DecisionWish } from '../../../src/jobs/decide-request.js';
import { EVERYBODY, saveApprovalRule } from '../../../src/store/acquisition/request-decisions.js';
import { findRequest, timelineOf, type RequestRow } from '../../../src/store/acquisition/requests.js';
import { startTestCore, type TestCore } from '../../support/core.js';

let core: TestCore;

beforeAll(async () => {
  core = await startTestCore();
  await ensureDefaults(core.parts, { aria2: { missing: 'not needed here' } });
});

afterAll(async () => {
  await core.stop();
});

async function ask(title: string, own: Partial<MediaItem> = {}): Promise<string> {
  const item = { mediaType: 'audiobook', title, author: 'H. G. Wells', ...own };
  const created = await createJob(core.parts, {
    type: 'request',
    params: { item, libraryId: 'library' },
    createdBy: 'ann',
  });
  return created.job.id;
}

function decide(jobId: string, wish: DecisionWish, reason: string | null = null): Promise<void> {
  return decideRequest(core.parts, jobId, { wish, by: 'bea', reason });
}

async function requestOf(jobId: string): Promise<RequestRow> {
  const request = await findRequest(core.parts.db, jobId);
  if (request === undefined) throw new Error(`${jobId} has no request`);
  return request;
}

async function askUnapproved(title: string): Promise<string> {
  await saveApprovalRule(core.parts.db, { principal: EVERYBODY, autoApprove: false });
  const id = await ask(title);
  await core.until(id, ({ waitingReason }) => waitingReason === 'approval');
  await saveApprovalRule(core.parts.db, { principal: EVERYBODY, autoApprove: null });
  return id;
}

describe('no. 63 approval that waits for weeks', () => {
  it('is a wait that costs nothing, and ends with who approved and why', async () => {
    const id = await askUnapproved('The Invisible Man');
    expect(await requestOf(id)).toMatchObject({ state: 'awaiting_approval', approvedBy: null });
    await decide(id, { kind: 'approve' }, 'a classic');
    await core.until(id, ({ waitingReason }) => waitingReason === 'next_search');
    const request = await requestOf(id);
    expect(request).toMatchObject({ state: 'awaiting_search', approvedBy: 'bea' });
    const timeline = await timelineOf(core.parts.db, request.id);
    expect(timeline).toContainEqual(
      expect.objectContaining({ state: 'pending', actor: 'bea', detail: 'a classic' }),
    );
  });

  it('ends the job as cancelled and the request as denied', async () => {
    const id = await askUnapproved('The Food of the Gods');
    await decide(id, { kind: 'deny' }, 'too long');
    await core.until(id, ({ status }) => status === 'cancelled');
    const request = await requestOf(id);
    expect(request).toMatchObject({ state: 'denied' });
    const timeline = await timelineOf(core.parts.db, request.id);
    expect(timeline.at(-1)).toMatchObject({ state: 'denied', actor: 'bea', detail: 'too long' });
    await expect(decide(id, { kind: 'approve' })).rejects.toMatchObject({ kind: 'superseded' });
  });

  it('is needed by nobody who has a rule of their own', async () => {
    await saveApprovalRule(core.parts.db, { principal: EVERYBODY, autoApprove: false });
    await saveApprovalRule(core.parts.db, { principal: 'ann', autoApprove: true });
    const id = await ask('Kipps');
    await core.until(id, ({ waitingReason }) => waitingReason === 'next_search');
    await saveApprovalRule(core.parts.db, { principal: EVERYBODY, autoApprove: null });
    await saveApprovalRule(core.parts.db, { principal: 'ann', autoApprove: null });
  });
});

describe('a decision that the request is in no state for', () => {
  it('is refused in words, and leaves nothing behind', async () => {
    const id = await ask('Tono-Bungay');
    await core.until(id, ({ waitingReason }) => waitingReason === 'next_search');
    await expect(decide(id, { kind: 'approve' })).rejects.toMatchObject({
      kind: 'superseded',
      message: 'The request is awaiting_search; approve needs it to be awaiting_approval',
    });
    const { rows } = await core.parts.db.query('select 1 from request_decisions where job_id = $1', [id]);
    expect(rows).toEqual([]);
  });
});

describe('a release that is to come', () => {
  it('waits for its day, unless somebody wants to search now', async () => {
    const id = await ask('The Shape of Things', { releaseDate: '2199-01-01' });
    const waiting = await core.until(id, ({ waitingReason }) => waitingReason === 'release_date');
    expect(waiting.status).toBe('queued');
    expect(await requestOf(id)).toMatchObject({ state: 'awaiting_release' });
    await decide(id, { kind: 'retryStage' });
    await core.until(id, ({ waitingReason }) => waitingReason === 'next_search');
  });
});

describe('search terms of a person', () => {
  it('begin a search at once, and are kept for the next round', async () => {
    const id = await ask('In the Days of the Comet');
    await core.until(id, ({ waitingReason }) => waitingReason === 'next_search');
    await decide(id, { kind: 'setSearchTerms', terms: 'comet wells' });
    await core.until(
      id,
      ({ children, waitingReason }) => children.length === 2 && waitingReason === 'next_search',
    );
    const { rows } = await core.parts.db.query<{ terms: string | null }>(
      `select params ->> 'terms' as terms from jobs where parent_id = $1 order by created_at`,
      [id],
    );
    expect(rows).toEqual([{ terms: null }, { terms: 'comet wells' }]);
    expect(await requestOf(id)).toMatchObject({ searchTerms: 'comet wells' });
  });
});
