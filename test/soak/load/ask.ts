import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { doublingWait } from '../../../src/domain/jobs/backoff.js';
import type { Random } from '../../support/random.js';
import type { Call } from './api-client.js';
import type { Asked, Ledger } from './ledger.js';
import { drawJob, type Draft } from './mix.js';

const LEAST_WAIT_MS = 300;
const MOST_WAIT_MS = 1_000;
const ASK_AGAIN_MS = { first: 700, max: 5_000 };
/** Who gets no answers does not go on asking for more. */
const MOST_UNANSWERED = 30;

/** Asks for jobs one after the other until `halt`; the asks that nobody answered go on by themselves. */
export async function askAlong(load: {
  call: Call;
  ledger: Ledger;
  random: Random;
  halt: AbortSignal;
  /** Ends asks that still have no answer. */
  giveUp: AbortSignal;
}): Promise<{ asking: Promise<void>[] }> {
  const { random, halt } = load;
  const asking: Promise<void>[] = [];
  for (let number = 1; !halt.aborted; number += 1) {
    const unanswered = load.ledger.asked.filter(({ ids }) => ids.size === 0);
    if (unanswered.length < MOST_UNANSWERED) {
      asking.push(askUntilAnswered(load, drawJob(random, `no. ${number}`), '/api/jobs'));
    }
    await sleep(random.between(LEAST_WAIT_MS, MOST_WAIT_MS), undefined, { signal: halt }).catch(
      () => undefined,
    );
  }
  return { asking };
}

/** As a careful client does: the same key until an answer comes, and sometimes once more. */
export async function askUntilAnswered(
  load: { call: Call; ledger: Ledger; random: Random; giveUp: AbortSignal },
  draft: Draft,
  address: string,
): Promise<void> {
  const asked: Asked = {
    ...draft,
    key: randomUUID(),
    ids: new Set(),
    lostAnswers: 0,
    mayBeCancelled: draft.expected === 'cancelled',
  };
  load.ledger.asked.push(asked);
  const again = load.random.chance(0.2);
  while (!load.giveUp.aborted) {
    if (await ask(load.call, asked, address)) break;
    asked.lostAnswers += 1;
    await sleep(doublingWait(asked.lostAnswers, ASK_AGAIN_MS));
  }
  if (again) await ask(load.call, asked, address);
}

async function ask(call: Call, asked: Asked, address: string): Promise<boolean> {
  const { status, body } = await call('POST', address, { body: asked.body, key: asked.key });
  if (status < 200 || status > 202) return false;
  const job = (body['job'] ?? body) as { id: string };
  asked.ids.add(job.id);
  return true;
}
