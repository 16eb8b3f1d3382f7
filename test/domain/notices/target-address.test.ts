import { describe, expect, it } from '@jest/globals';

import { Fault } from '../../../src/domain/faults.js';
import { readTargetAddress, type TargetKind } from '../../../src/domain/notices/target-address.js';

describe('readTargetAddress', () => {
  it.each<[string, TargetKind | undefined, object]>([
    ['https://ntfy.sh/topic', 'ntfy', { kind: 'ntfy', url: 'https://ntfy.sh/topic' }],
    ['ntfy://MyTopic', undefined, { kind: 'ntfy', url: 'https://ntfy.sh/MyTopic' }],
    ['ntfys://MyTopic/', undefined, { kind: 'ntfy', url: 'https://ntfy.sh/MyTopic' }],
    ['ntfy://tk_x@MyTopic', undefined, { url: 'https://ntfy.sh/MyTopic', username: 'tk_x' }],
    [
      'ntfy://me:p%40ss@push.example:8080/Topic',
      'ntfy',
      { url: 'http://push.example:8080/Topic', password: 'p@ss' },
    ],
    ['ntfys://push.example/Topic', undefined, { url: 'https://push.example/Topic' }],
    ['json://example.org/a?b=c', undefined, { kind: 'webhook', url: 'http://example.org/a?b=c' }],
    ['jsons://example.org', 'webhook', { kind: 'webhook', url: 'https://example.org/' }],
    ['http://nas:8000/notify/key', 'apprise', { kind: 'apprise', url: 'http://nas:8000/notify/key' }],
    ['apprise://nas:8000/key', undefined, { kind: 'apprise', url: 'http://nas:8000/notify/key' }],
    [
      'mailtos://robin%40example.org:p%40ss@smtp.example.org/?to=kim@example.org',
      undefined,
      {
        kind: 'mail',
        url: 'mailtos://smtp.example.org/?to=kim@example.org',
        username: 'robin@example.org',
        password: 'p@ss',
        place: 'mailtos://smtp.example.org:587/…',
      },
    ],
    ['mailto://nas/kim@example.org', 'mail', { kind: 'mail', place: 'mailto://nas:25/…' }],
    ['apprises://nas/base/notify/key', undefined, { url: 'https://nas/base/notify/key' }],
  ])('reads %s as %s', (text, wished, read) => {
    expect(readTargetAddress(text, wished)).toMatchObject(read);
  });

  it('shows the host and nothing that may be a secret', () => {
    const text = 'jsons://robin:s3cret@example.org:8443/s3cret?s3cret#s3cret';
    expect(readTargetAddress(text)).toMatchObject({ place: 'https://example.org:8443/…' });
  });

  it.each<[string, TargetKind | undefined, RegExp]>([
    ['s3cret', undefined, /an address such as https/],
    ['https://example.org/s3cret', undefined, /a kind beside an https: address/],
    ['tgram://s3cret/1', undefined, /begins with one of .* ntfys:\/\/ .*got tgram:\/\//],
    ['ntfy://host/s3cret', 'webhook', /an address of webhook, got one of ntfy/],
    ['https://ntfy.sh/', 'ntfy', /a topic behind the host/],
    ['http://nas:8000/s3cret', 'apprise', /notify address of an Apprise API server/],
    ['file:///s3cret', undefined, /begins with one of/],
    ['https://smtp.example.org/s3cret', 'mail', /begins with mailto:\/\/ or mailtos:/],
    ['mailto://s3cret@nas/', undefined, /somebody to write to/],
    ['jsons://robin:%s3cret@example.org', undefined, /% begins a code/],
  ])('refuses %s as %s without repeating it', (text, wished, message) => {
    const read = (): unknown => readTargetAddress(text, wished);
    expect(read).toThrow(Fault);
    expect(read).toThrow(message);
    expect(read).not.toThrow(/s3cret/);
  });
});
