import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { TooLate, withDeadline } from '../../src/integrations/deadline.js';

const never = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    const stop = (): void => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop);
  });

describe('withDeadline', () => {
  it('gives what came in time', async () => {
    const { signal } = new AbortController();
    expect(await withDeadline({ signal, timeoutMs: 1_000 }, () => Promise.resolve(7))).toBe(7);
  });

  it('ends with the outer signal, also one that was aborted before', async () => {
    const outer = new AbortController();
    const call = withDeadline({ signal: outer.signal, timeoutMs: 10_000 }, never);
    const reason = new Error('cancelled');
    outer.abort(reason);
    await expect(call).rejects.toBe(reason);
    await expect(withDeadline({ signal: outer.signal, timeoutMs: 10_000 }, never)).rejects.toBe(reason);
  });

  it('ends a fetch that nobody answers, whatever the garbage collector takes meanwhile', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const server = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const collecting = setInterval(collect, 10);
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      const { signal } = new AbortController();
      const call = withDeadline({ signal, timeoutMs: 300 }, (bounded) => fetch(url, { signal: bounded }));
      await expect(call).rejects.toBeInstanceOf(TooLate);
    } finally {
      clearInterval(collecting);
      server.closeAllConnections();
      server.close();
    }
  });
});
