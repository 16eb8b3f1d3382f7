import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { createSseParser, type ServerSentEvent } from '../../src/cli/sse-parser.js';

function parse(chunks: Uint8Array[]): ServerSentEvent[] {
  const parser = createSseParser();
  return chunks.flatMap((chunk) => parser.push(chunk));
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

const STREAM =
  '\ufeff: hello\r\nid: 7-a\r\nevent: job\r\ndata: {"title":"Œuvre 🎧"}\r\n\r\n' +
  'data: one\rdata:two\r\rid: 8-b\nevent: end\ndata\n\nretry: 1500\n\n: alive\n\ndata: cut off';

const EVENTS = [
  { id: '7-a', event: 'job', data: '{"title":"Œuvre 🎧"}' },
  { id: '7-a', event: 'message', data: 'one\ntwo' },
  { id: '8-b', event: 'end', data: '' },
];

describe('createSseParser', () => {
  it('reads events with every line end, a byte order mark, comments and fields without a value', () => {
    expect(parse([bytes(STREAM)])).toEqual(EVENTS);
  });

  it('gives the same events wherever the bytes are cut', () => {
    const all = bytes(STREAM);
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: all.length - 1 }), { maxLength: 30 }), (cuts) => {
        const borders = [0, ...cuts.toSorted((a, b) => a - b), all.length];
        const chunks = borders.slice(1).map((end, at) => all.slice(borders[at], end));
        expect(parse(chunks)).toEqual(EVENTS);
      }),
    );
  });

  it('gives the same events one byte at a time', () => {
    const all = bytes(STREAM);
    expect(parse(Array.from(all, (_, at) => all.slice(at, at + 1)))).toEqual(EVENTS);
  });

  it('tells an event as soon as its empty line ends, though a line feed may follow the carriage return', () => {
    const parser = createSseParser();
    expect(parser.push(bytes('data: x\r\n\r'))).toEqual([{ id: '', event: 'message', data: 'x' }]);
    expect(parser.push(bytes('\ndata: y\n\n'))).toEqual([{ id: '', event: 'message', data: 'y' }]);
  });

  it('knows the last id, also of an event without data, but not of one that was cut off', () => {
    const parser = createSseParser('before');
    expect(parser.lastEventId()).toBe('before');
    parser.push(bytes('id: 1\n\nid: 2\ndata: unfinished'));
    expect(parser.lastEventId()).toBe('1');
  });

  it('ignores an id with a NUL and a retry that is no number', () => {
    const parser = createSseParser();
    parser.push(bytes('id: a\0b\nretry: soon\n\n'));
    expect(parser.lastEventId()).toBe('');
    expect(parser.retryMs()).toBeUndefined();
  });

  it('knows for how long the server wants a pause', () => {
    const parser = createSseParser();
    parser.push(bytes('retry: 250\n'));
    expect(parser.retryMs()).toBe(250);
  });
});
