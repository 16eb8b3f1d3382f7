import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

import { afterEach, describe, expect, it } from '@jest/globals';

import { choosePort, isPortFree, startOnFreePort } from '../../src/embedded/ports.js';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function occupy(port = 0): Promise<number> {
  const server = createServer().listen(port, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

describe('choosePort', () => {
  it('keeps the wished port while it is free, and takes another when it is not', async () => {
    const free = await choosePort(0);
    expect(await choosePort(free)).toBe(free);
    const taken = await occupy();
    expect(await isPortFree(taken)).toBe(false);
    expect(await choosePort(taken)).not.toBe(taken);
  });
});

describe('startOnFreePort', () => {
  it('starts again elsewhere when a port is taken between the choice and the bind', async () => {
    const tried: number[][] = [];
    const started = await startOnFreePort([await choosePort(0), 0], async (ports) => {
      tried.push([...ports]);
      if (tried.length > 1) return ports;
      await occupy(ports[0]);
      throw new Error('address already in use');
    });
    expect(tried).toHaveLength(2);
    expect(started[0]).not.toBe(tried[0]?.[0]);
  });

  it('starts again when the server says that an address is taken, though all are free again', async () => {
    let starts = 0;
    const started = await startOnFreePort([0], ([port]) => {
      starts += 1;
      return starts === 1 ? Promise.reject(new Error('bind: address already in use')) : Promise.resolve(port);
    });
    expect(starts).toBe(2);
    expect(started).toBeGreaterThan(0);
  });

  it('throws a failure that has nothing to do with ports at once', async () => {
    let starts = 0;
    const failing = startOnFreePort([0], () => {
      starts += 1;
      return Promise.reject(new Error('no space left'));
    });
    await expect(failing).rejects.toThrow('no space left');
    expect(starts).toBe(1);
  });

  it('gives up after three ports', async () => {
    let starts = 0;
    const unlucky = startOnFreePort([0], async ([port]) => {
      starts += 1;
      await occupy(port);
      throw new Error('address already in use');
    });
    await expect(unlucky).rejects.toThrow('address already in use');
    expect(starts).toBe(3);
  });
});
