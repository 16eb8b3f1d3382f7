import { randomUUID } from 'node:crypto';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { Fault, type FaultKind } from '../../../src/domain/faults.js';
import { composeMessage, type NoticeMessage } from '../../../src/domain/notices/message.js';
import type { Notifier } from '../../../src/integrations/notifiers/port.js';
import type {
  NotifierFault,
  NotifierServer,
  ReceivedNotice,
  SharedFault,
} from '../../support/notifier-contract-servers.js';

export interface NotifierSubject<F = NotifierFault> {
  server: NotifierServer<F>;
  /** As it is configured; `wrong`: with credentials or a place that the service does not know. */
  create: (options?: { timeoutMs?: number; wrong?: boolean }) => Notifier;
  /** What none of its faults may tell. */
  secrets: string[];
}

export interface NotifierExpectations<F = NotifierFault> {
  start: () => Promise<NotifierSubject<F>>;
  /** How a message looks on its way. */
  keyOf: (received: ReceivedNotice) => unknown;
  wordsOf: (received: ReceivedNotice) => string;
  wrong: FaultKind;
  /** What each answer of its service is taken for. */
  answers: [F, { kind: FaultKind; retryAfterMs?: number }][];
  /** Answers that look odd and mean that it has the message. */
  taken: F[];
}

/** What every service over HTTP may answer, and what a web page for an answer is taken for. */
export function httpAnswers(html: FaultKind | 'taken'): Pick<NotifierExpectations, 'answers' | 'taken'> {
  const page: NotifierFault = { kind: 'html' };
  return {
    answers: [...HTTP_ANSWERS, ...(html === 'taken' ? [] : [[page, { kind: html }] as Answer])],
    taken: html === 'taken' ? [page] : [],
  };
}

type Answer = NotifierExpectations['answers'][number];

const HTTP_ANSWERS: Answer[] = [
  [
    { kind: 'status', status: 429, retryAfter: '90' },
    { kind: 'throttled', retryAfterMs: 90_000 },
  ],
  [{ kind: 'status', status: 500 }, { kind: 'transient' }],
  [{ kind: 'status', status: 503 }, { kind: 'transient' }],
  [{ kind: 'status', status: 424 }, { kind: 'transient' }],
  [{ kind: 'status', status: 401 }, { kind: 'credentials' }],
  [{ kind: 'status', status: 403 }, { kind: 'credentials' }],
  [{ kind: 'status', status: 404 }, { kind: 'gone' }],
  [{ kind: 'status', status: 410 }, { kind: 'gone' }],
  [{ kind: 'status', status: 400 }, { kind: 'bad_input' }],
  [{ kind: 'status', status: 413 }, { kind: 'bad_input' }],
  [{ kind: 'redirect' }, { kind: 'environment' }],
];

export function anApproval(): NoticeMessage {
  return composeMessage({
    key: randomUUID(),
    event: 'pending_approval',
    title: null,
    detail: null,
    at: '2027-01-31T12:00:00.000Z',
    request: {
      id: 'req-7k2m9q4d',
      item: { mediaType: 'audiobook', title: 'Frankenstein', author: 'Mary Shelley' },
      requestedBy: 'robin',
    },
  });
}

/** What every kind of target must do, whatever its service. */
export function describeNotifier<F>(name: string, expectations: NotifierExpectations<F>): void {
  const { start, keyOf, wordsOf } = expectations;
  let subject: NotifierSubject<F>;
  const never = new AbortController().signal;

  beforeAll(async () => {
    subject = await start();
  });
  afterEach(() => {
    subject.server.setFault(undefined);
    subject.server.received.length = 0;
  });
  afterAll(() => subject.server.close());

  async function refusedBy(fault: F | SharedFault | undefined, options = {}): Promise<Fault> {
    subject.server.setFault(fault);
    const sending = subject.create(options).send(anApproval(), never);
    const error = await sending.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof Fault)) throw new Error(`Expected a fault, got ${String(error)}`);
    const told = `${error.message} ${error.remedy ?? ''}`;
    for (const secret of subject.secrets) expect(told).not.toContain(secret);
    return error;
  }

  describe(`the notifier ${name}`, () => {
    it('sends title, words and key, and says what came back', async () => {
      const message = anApproval();
      const sent = await subject.create().send(message, never);
      expect(sent).toEqual({ told: expect.stringContaining(new URL(subject.server.origin).host) });
      const [received] = subject.server.received;
      if (received === undefined) throw new Error('Expected a message');
      expect(String(keyOf(received))).toContain(message.key.slice(0, 8));
      const words = wordsOf(received);
      expect(words).toContain('Approval wanted: Frankenstein by Mary Shelley');
      expect(words).toContain('Asked for by robin.');
    });

    it('keeps a line break and markup in a title from becoming more than text', async () => {
      const message = composeMessage({
        ...anApproval(),
        title: 'a\r\nX-Injected: <b>yes</b>',
        detail: 'b',
        request: null,
      });
      await subject.create().send(message, never);
      const [received] = subject.server.received;
      expect(received?.headers).not.toHaveProperty('x-injected');
      expect(received && wordsOf(received)).toContain('a X-Injected: <b>yes</b>');
    });

    it.each(expectations.answers)('takes %j for %j', async (fault, expected) => {
      expect(await refusedBy(fault)).toMatchObject(expected);
      expect(subject.server.received).toEqual([]);
    });

    for (const fault of expectations.taken)
      it(`takes ${JSON.stringify(fault)} for an arrival`, async () => {
        subject.server.setFault(fault);
        await expect(subject.create().send(anApproval(), never)).resolves.toHaveProperty('told');
      });

    it('fails when the answer is lost, and sends the same key again', async () => {
      const message = anApproval();
      subject.server.setFault({ kind: 'lost_answer' });
      await expect(subject.create().send(message, never)).rejects.toMatchObject({ kind: 'transient' });
      subject.server.setFault(undefined);
      await subject.create().send(message, never);
      const keys = subject.server.received.map((received) => keyOf(received));
      expect(keys).toHaveLength(2);
      expect(new Set(keys).size).toBe(1);
    });

    it('does not wait longer than its deadline, nor than its caller', async () => {
      const late = await refusedBy({ kind: 'silent' }, { timeoutMs: 50 });
      expect(late).toMatchObject({ kind: 'transient', message: expect.stringContaining('within 0.05 s') });
      const caller = new AbortController();
      const sending = subject.create().send(anApproval(), caller.signal);
      caller.abort(new Error('the caller left'));
      await expect(sending).rejects.toThrow('the caller left');
    });

    it('tells credentials or a place that the service does not know', async () => {
      expect(await refusedBy(undefined, { wrong: true })).toMatchObject({ kind: expectations.wrong });
    });

    it('says that nobody is there', async () => {
      const { server, create } = await start();
      await server.close();
      await expect(create().send(anApproval(), never)).rejects.toMatchObject({
        kind: 'transient',
        message: expect.stringContaining('ECONNREFUSED'),
      });
    });
  });
}
