import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { createSeal } from '../../src/store/seal.js';

const seal = createSeal('the key of this folder');

describe('createSeal', () => {
  it('opens what it sealed, whatever the text, and seals no text twice alike', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (secret) => {
        const [one, other] = [seal.seal(secret), seal.seal(secret)];
        expect([seal.open(one), seal.open(other)]).toEqual([secret, secret]);
        expect(one).not.toBe(other);
      }),
    );
  });

  it('does not open what another key sealed, nor what was changed in a single place', () => {
    const refusal = { kind: 'credentials', remedy: 'Enter the secret again in the settings' };
    const thrown = (run: () => string): unknown => {
      try {
        return run();
      } catch (error) {
        return error;
      }
    };
    const sealed = createSeal('another key').seal('secret');
    expect(thrown(() => seal.open(sealed))).toMatchObject(refusal);
    const own = seal.seal('secret');
    const bytes = own.split('.').map((part) => Buffer.from(part, 'base64url'));
    for (const part of [1, 2, 3]) {
      for (let at = 0; at < (bytes[part]?.length ?? 0); at += 1) {
        const changed = bytes.map((buffer) => Buffer.from(buffer));
        const target = changed[part];
        target?.writeUInt8(target.readUInt8(at) ^ 1, at);
        const text = ['v1', ...changed.slice(1).map((buffer) => buffer.toString('base64url'))].join('.');
        expect(thrown(() => seal.open(text))).toMatchObject(refusal);
      }
    }
    for (const text of ['', 'v1', 'v1..', 'v2.a.b.c', own.slice(0, -1), `${own}.x`.replace('v1', 'v9')]) {
      expect(thrown(() => seal.open(text))).toMatchObject(refusal);
    }
  });

  it('takes no tag that was cut short, which would be easier to guess', () => {
    const [version, nonce, tag = '', text] = seal.seal('secret').split('.');
    const short = Buffer.from(tag, 'base64url').subarray(0, 4).toString('base64url');
    expect(() => seal.open([version, nonce, short, text].join('.'))).toThrow('cannot be opened');
  });
});
