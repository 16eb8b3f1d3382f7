import { describe, expect, it } from '@jest/globals';

import { testConnection } from '../../../src/api/settings/connection-test.js';
import { Fault } from '../../../src/domain/faults.js';

const never = new Promise<string>(() => undefined);

describe('testConnection', () => {
  it('says that nothing came in time, by a test that heeds its signal and by one that does not', async () => {
    const heeds = (signal: AbortSignal): Promise<string> =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
      });
    for (const run of [heeds, () => never]) {
      expect(await testConnection(undefined, run, { timeoutMs: 30 })).toMatchObject({
        status: 200,
        body: { ok: false, detail: 'Expected an answer within 0.03 s, got none', remedy: expect.any(String) },
      });
    }
  });

  it('cuts the secret out of whatever the other side said', async () => {
    const run = (): Promise<string> =>
      Promise.reject(new Fault('credentials', 'No such key: s3cret', { remedy: 'Not s3cret, s3cret' }));
    expect(await testConnection('s3cret', run)).toMatchObject({
      body: { ok: false, detail: 'No such key: [redacted]', remedy: 'Not [redacted], [redacted]' },
    });
    expect(await testConnection('s3cret', () => Promise.resolve('Hello s3cret'))).toMatchObject({
      body: { ok: true, detail: 'Hello [redacted]', remedy: null },
    });
  });
});
