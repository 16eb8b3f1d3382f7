import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { createDatabase, type Database } from '../../src/store/database.js';
import { startLeaderLoop, type LeaderLoop } from '../../src/workers/leader-loop.js';
import { eventually } from '../support/eventually.js';
import { createTestDatabase, type TestDatabase } from '../support/servers.js';

let database: TestDatabase;
let locks = 100;
const undo: (() => Promise<void>)[] = [];
const silent = (): void => undefined;
const log = { info: silent, warn: silent, error: silent };

beforeAll(async () => {
  database = await createTestDatabase();
});

afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

afterAll(() => database.drop());

/** As another process would: a pool of its own, named so that its connections can be found. */
function connect(name: string): Database {
  const db = createDatabase({ connectionString: database.url, maxConnections: 2, applicationName: name });
  undo.push(() => db.close());
  return db;
}

function start(name: string, loop: Partial<Parameters<typeof startLeaderLoop>[0]>): LeaderLoop {
  const started = startLeaderLoop({
    name,
    lock: locks,
    everyMs: 20,
    db: connect(name),
    log,
    pass: () => Promise.resolve(),
    ...loop,
  });
  undo.push(started.stop);
  return started;
}

describe('a leader loop', () => {
  it('has one holder over several processes, and the next takes over when it stops', async () => {
    locks += 1;
    const passes = { one: 0, two: 0 };
    const one = start('loop-one', {
      pass: () => {
        passes.one += 1;
        return Promise.resolve();
      },
    });
    await eventually(() => passes.one > 2);
    start('loop-two', {
      pass: () => {
        passes.two += 1;
        return Promise.resolve();
      },
    });
    const before = passes.one;
    await eventually(() => passes.one > before + 5);
    expect(passes.two).toBe(0);
    await one.stop();
    await eventually(() => passes.two > 0);
  });

  it('loses its lock with its connection, and begins to count anew how long it has led', async () => {
    locks += 1;
    const led: number[] = [];
    start('loop-cut', {
      pass: ({ ledMs }) => {
        led.push(ledMs);
        return Promise.resolve();
      },
    });
    await eventually(() => (led.at(-1) ?? 0) > 200);
    const before = led.length;
    await database.db.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'loop-cut'`,
    );
    await eventually(() => led.slice(before).some((ledMs) => ledMs < Math.max(...led.slice(0, before))));
  });

  it('notices at once that its connection is lost, however far its next pass is', async () => {
    locks += 1;
    let passes = 0;
    start('loop-deaf', {
      everyMs: 3_600_000,
      listen: ['loop_deaf'],
      pass: () => {
        passes += 1;
        return Promise.resolve();
      },
    });
    await eventually(() => passes === 1);
    await database.db.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'loop-deaf'`,
    );
    await eventually(() => passes === 2, { withinMs: 10_000 });
    await database.db.query(`notify loop_deaf`);
    await eventually(() => passes === 3, { withinMs: 10_000 });
  });

  it('goes on after a pass that failed', async () => {
    locks += 1;
    let passes = 0;
    start('loop-failing', {
      pass: () => {
        passes += 1;
        return passes === 1 ? Promise.reject(new Error('once')) : Promise.resolve();
      },
    });
    await eventually(() => passes > 2);
  });

  it('begins its next pass at once for a notification that came during a pass', async () => {
    locks += 1;
    let passes = 0;
    let release: (() => void) | undefined;
    start('loop-told', {
      everyMs: 3_600_000,
      listen: ['loop_told'],
      pass: () => {
        passes += 1;
        return passes > 1 ? Promise.resolve() : new Promise((resolve) => (release = resolve));
      },
    });
    await eventually(() => release !== undefined);
    await database.db.query(`notify loop_told`);
    // The connection hears of it while its pass still runs.
    await database.db.query('select pg_sleep(0.05)');
    expect(passes).toBe(1);
    release?.();
    await eventually(() => passes === 2, { withinMs: 10_000 });
  });

  it('stops at once though its next pass is far away', async () => {
    locks += 1;
    let passes = 0;
    const loop = start('loop-quiet', {
      everyMs: 3_600_000,
      pass: () => {
        passes += 1;
        return Promise.resolve();
      },
    });
    await eventually(() => passes === 1);
    await loop.stop();
    const { rows } = await database.db.query(
      `select pid from pg_stat_activity where application_name = 'loop-quiet' and backend_type = 'client backend'`,
    );
    expect(rows).toEqual([]);
  });
});
