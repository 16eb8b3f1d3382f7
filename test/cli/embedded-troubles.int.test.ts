import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { pino } from 'pino';

import { tellTroubles } from '../../src/cli/embedded-troubles.js';
import type { Embedded } from '../../src/embedded/embedded.js';
import { listFindings, recordFinding } from '../../src/store/findings.js';
import { eventually } from '../support/eventually.js';
import { createTestDatabase, type TestDatabase } from '../support/servers.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(() => database.drop());

it('aria2c crashes in a loop: a finding says so until it is well again; one of an earlier process goes', async () => {
  const { db } = database;
  const old = { kind: 'service_held', subject: 'temporal', message: 'of before', remedy: null } as const;
  await recordFinding(db, old);
  const trouble = { message: 'aria2 crashed 5 times', remedy: 'See the log' };
  let told: Parameters<Embedded['watchTroubles']>[0] = () => undefined;
  const telling = tellTroubles(
    { db, log: pino({ level: 'silent' }) },
    {
      watchTroubles: (listener) => {
        told = listener;
        listener(new Map());
      },
    },
  );
  await eventually(async () => (await listFindings(db)).length === 0);
  told(new Map([['aria2', trouble]]));
  await eventually(async () => (await listFindings(db)).length === 1);
  expect(await listFindings(db)).toMatchObject([{ kind: 'service_held', subject: 'aria2', ...trouble }]);
  told(new Map());
  await eventually(async () => (await listFindings(db)).length === 0);
  await telling.stop();
});
