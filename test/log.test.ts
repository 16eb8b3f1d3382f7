import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { createLog } from '../src/log.js';
import { redactText } from '../src/redact.js';

const SECRET = 'hunter2-hunter2';

interface Line {
  level: string;
  msg?: string;
  err?: Record<string, unknown>;
}

function logged(write: (log: ReturnType<typeof createLog>) => void, level = 'info'): Line[] {
  const lines: string[] = [];
  write(createLog({ level, destination: { write: (line: string) => lines.push(line) } }));
  return lines.map((line) => JSON.parse(line) as Line);
}

describe('createLog', () => {
  it.each([
    'apiKey',
    'apikey',
    'api_key',
    'X-Api-Key',
    'token',
    'accessToken',
    'secret',
    'rpcSecret',
    'password',
    'Authorization',
    'set-cookie',
    'connectionString',
  ])('cuts out what stands under %s, however deep', (key) => {
    const deep = { a: { b: [{ c: { [key]: SECRET, kept: 'seen' } }] } };
    const lines = logged((log) => {
      log.warn({ [key]: SECRET, deep }, 'told');
    });
    expect(JSON.stringify(lines)).not.toContain(SECRET);
    expect(lines[0]).toMatchObject({
      level: 'warn',
      msg: 'told',
      deep: { a: { b: [{ c: { kept: 'seen' } }] } },
    });
  });

  it.each([
    `http://indexer/api?t=search&apikey=${SECRET}&q=x`,
    `http://tracker/announce?passkey=${SECRET}`,
    `postgres://longplay:${SECRET}@127.0.0.1:5432/longplay`,
    `postgres://longplay:p@ss:${SECRET}@127.0.0.1/longplay`,
    `redis://:${SECRET}@host`,
    `Authorization: Bearer ${SECRET}`,
    `{"token":"${SECRET}"}`,
    `["token:${SECRET}"]`,
    `http://127.0.0.1:4100/login?token=lpl_${SECRET}`,
    `a token lp_${SECRET} was refused`,
  ])('cuts secrets out of texts in messages, fields, errors and causes: %s', (text) => {
    const error = new Error(text, { cause: new Error(text) });
    const lines = logged((log) => {
      log.info(text);
      log.info({ url: text, list: [text] }, 'fields');
      log.error({ err: error, again: error }, text);
      log.error(error);
      log.warn('about %s', text);
    });
    expect(lines).toHaveLength(5);
    expect(JSON.stringify(lines)).not.toContain(SECRET);
    expect(lines[2]?.err).toMatchObject({ type: 'Error', cause: { type: 'Error' } });
    expect(lines[3]).toMatchObject({ level: 'error', err: { type: 'Error' } });
  });

  it('leaves what is no secret as it is', () => {
    const kept = [
      'http://host:8080/a?b=c@d',
      'mail to a@b.example',
      'Expected a token, got none',
      'C:\\x',
      '',
    ];
    const lines = logged((log) => {
      for (const text of kept) log.info({ text, missing: null, count: 3, ok: true }, text);
    });
    expect(lines).toEqual(
      kept.map((text) => expect.objectContaining({ text, msg: text, count: 3, ok: true })),
    );
  });

  it('writes only what its level lets through, and survives what has no end', () => {
    const round: Record<string, unknown> = {};
    round['self'] = round;
    const lines = logged((log) => {
      log.info('not told');
      log.warn({ round }, 'told');
    }, 'warn');
    expect(lines.map(({ msg }) => msg)).toEqual(['told']);
  });
});

describe('redactText', () => {
  it('cuts any password out of any address, wherever it stands in a text of any length', () => {
    const password = fc.stringMatching(/^[a-zA-Z0-9%_.~@:-]{6,40}$/);
    const property = fc.property(password, fc.nat(2_100), (secret, before) => {
      const text = `${' '.repeat(before)}postgres://user:${secret}@host/db`;
      expect(redactText(text)).not.toContain(secret.slice(0, 6));
    });
    fc.assert(property);
  });
});
