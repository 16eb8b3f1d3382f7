import { randomUUID } from 'node:crypto';

import type { RequestState } from '../../../src/domain/acquisition/request-state.js';
import type { Random } from '../../support/random.js';
import type { Call } from '../load/api-client.js';
import { pass } from '../pass.js';
import { FIXTURES, type Book } from './fixtures.js';
import { wishOf } from './world.js';

export interface Asked {
  book: Book;
  /** undefined until an answer came. */
  jobId: string | undefined;
  ends: RequestState;
  /** Somebody cancelled it, perhaps too late. */
  mayBeFiled?: boolean;
}

const ASK_AGAIN_MS = 1_000;

/** Asks for every book within `forMs`, each until it is taken; and cancels those that are to be cancelled. */
export async function askForBooks(
  call: Call,
  {
    books,
    forMs,
    random,
    halt,
  }: { books: readonly Book[]; forMs: number; random: Random; halt: AbortSignal },
): Promise<Asked[]> {
  const asked = books.map((book): Asked => ({ book, jobId: undefined, ends: FIXTURES[book.kind].ends }));
  await Promise.all(
    asked.map(async (one) => {
      await pass(random.next() * forMs, halt);
      const body = wishOf(one.book);
      const key = randomUUID();
      while (one.jobId === undefined && !halt.aborted) {
        const answer = await call('POST', '/api/requests', { body, key });
        if (answer.status >= 200 && answer.status <= 202) one.jobId = String(answer.body['jobId']);
        else await pass(ASK_AGAIN_MS, halt);
      }
      if (one.book.kind === 'cancelled') await cancel(call, one, { waitMs: random.next() * 45_000, halt });
    }),
  );
  return asked;
}

async function cancel(
  call: Call,
  one: Asked,
  { waitMs, halt }: { waitMs: number; halt: AbortSignal },
): Promise<void> {
  await pass(waitMs, halt);
  while (!halt.aborted) {
    const { status } = await call('POST', `/api/jobs/${one.jobId ?? ''}/cancel`);
    // It was quicker than its canceller, whose answer to an earlier call may have been lost.
    if (status === 409) one.mayBeFiled = true;
    if (status === 202 || status === 409) return;
    await pass(ASK_AGAIN_MS, halt);
  }
}
