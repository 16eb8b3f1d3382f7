import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

import { afterEach, describe, expect, it } from '@jest/globals';
import express from 'express';

import { createEventWriter, type EventWriter } from '../../../src/api/events/event-writer.js';
import { createKeepAlive } from '../../../src/api/events/keep-alive.js';
import { eventually } from '../../support/eventually.js';

let server: Server;
let socket: Socket;
let writer: EventWriter;
let received: string;
let buffered: () => number;

/** `patienceMs`: how long the writer waits for a reader. */
async function open({ patienceMs }: { patienceMs: number }): Promise<void> {
  const app = express();
  const opened = new Promise<void>((resolve) => {
    app.get('/', (_request, response) => {
      writer = createEventWriter(response, { patienceMs });
      buffered = () => response.writableLength;
      resolve();
    });
  });
  server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  received = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    received += text;
  });
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await opened;
}

afterEach(async () => {
  socket.destroy();
  server.close();
  await once(server, 'close');
});

const LARGE = 'x'.repeat(500_000);
const event = (number: number) => ({ name: 'job', id: String(number), data: LARGE });

describe('createEventWriter', () => {
  it('sends any amount to a reader who keeps up', async () => {
    await open({ patienceMs: 20_000 });
    for (let number = 0; number < 60; number += 1) expect(await writer.send(event(number))).toBe(true);
    await eventually(() => received.includes('id: 59'));
    expect(writer.open).toBe(true);
  });

  it('closes a reader who takes nothing, and never keeps more than one event beyond its buffer', async () => {
    await open({ patienceMs: 150 });
    socket.pause();
    let most = 0;
    let sent = 0;
    while (await writer.send(event(sent))) {
      sent += 1;
      most = Math.max(most, buffered());
      // What the kernel keeps for both ends is some megabytes.
      expect(sent).toBeLessThan(100);
    }
    expect(writer.open).toBe(false);
    expect(most).toBeLessThan(2 * LARGE.length);
    expect(await writer.send(event(sent))).toBe(false);
    socket.resume();
    await eventually(() => received.includes(': closed: this reader is too slow'));
  });

  it('tells the one who writes when the reader has gone during a wait', async () => {
    await open({ patienceMs: 20_000 });
    socket.pause();
    const writing = (async () => {
      let sent = 0;
      while (await writer.send(event(sent))) sent += 1;
    })();
    await eventually(() => buffered() > 0);
    socket.destroy();
    await writing;
    expect(writer.open).toBe(false);
  });

  it('leaves out comments for a reader without room', async () => {
    await open({ patienceMs: 150 });
    socket.pause();
    let last = Promise.resolve(true);
    while (buffered() < LARGE.length) last = writer.send(event(0));
    const before = buffered();
    writer.comment('alive');
    expect(buffered()).toBe(before);
    await last;
  });
});

describe('createKeepAlive', () => {
  it('gives a sign of life again and again, and ends the stream of a log-in that is over', async () => {
    await open({ patienceMs: 20_000 });
    let allowed = true;
    const alive = createKeepAlive(writer, { everyMs: 10, stillAllowed: () => Promise.resolve(allowed) });
    await eventually(() => (received.match(/^: alive$/gm) ?? []).length >= 3);
    allowed = false;
    // What was written last is on its way for a moment after the writer is closed.
    await eventually(() => !writer.open && received.includes(': closed: the log-in is over'));
    alive.stop();
  });

  it('keeps the stream while nobody can say whether the log-in is over', async () => {
    await open({ patienceMs: 20_000 });
    let asked = 0;
    const alive = createKeepAlive(writer, {
      everyMs: 10,
      stillAllowed: () => {
        asked += 1;
        return Promise.reject(new Error('Postgres is away'));
      },
    });
    await eventually(() => asked >= 3);
    expect(writer.open).toBe(true);
    alive.stop();
  });
});
