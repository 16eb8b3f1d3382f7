import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { runCli } from '../run-cli.js';

const create = (...argv: string[]) => runCli(['job', 'create', ...argv]);

describe('job create --direct', () => {
  it.each([
    [
      'params that are not valid',
      ['demo_steps', '--params', '{"count": 0, "colour": "red"}'],
      /params of demo_steps are not valid: .*count: .*colour/,
    ],
    [
      'params that are no JSON',
      ['demo_steps', '--params', '{count'],
      /Expected a JSON object as params, got: .*\n.*Quote it for your shell/,
    ],
    ['an unknown type', ['nonsense'], /Expected a known job type, got "nonsense"\n.*Known types: /],
    [
      'a type that needs the servers',
      ['scan_plex'],
      /got "scan_plex", which needs .*\n.*Start Longplay .* These can run with it: .*demo_noop/,
    ],
    [
      'a type that has a command for files',
      ['reencode_streaming'],
      /stands on the rows of the library.*\n.*longplay encode FILE OUTPUT\.mp4 --direct/,
    ],
    [
      'options of the service',
      ['demo_noop', '--priority', 'high', '--key', 'k', '--watch', '--url', 'http://127.0.0.1:1'],
      /Expected --direct alone, got it with --priority, --key, --watch, --url\n.*nothing waits here/,
    ],
    [
      'a checkpoint that cannot be kept',
      ['demo_noop', '--checkpoint', '/nowhere/longplay/checkpoint'],
      /Expected a place for checkpoints that can be written/,
    ],
  ])('ends with 2 and a remedy for %s', async (_what, argv, said) => {
    const { status, stdout, stderr } = await create(...argv, '--direct');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(said);
    expect(stderr).toContain('What to do: ');
  });

  it('tells a wrong use as a JSON document too', async () => {
    const { status, stderr } = await create('nonsense', '--direct', '--json');
    expect(status).toBe(2);
    expect(JSON.parse(stderr)).toMatchObject({ error: { kind: 'bad_input', remedy: expect.any(String) } });
  });

  it('refuses a checkpoint of another job and leaves it as it is', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'longplay-direct-'));
    try {
      const file = path.join(folder, 'mine');
      await writeFile(file, 'notes');
      const { status, stderr } = await create('demo_noop', '--direct', '--checkpoint', file);
      expect(status).toBe(2);
      expect(stderr).toContain('Expected a file that --checkpoint wrote');
      expect(await readFile(file, 'utf8')).toBe('notes');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('says in its help what can run so', async () => {
    expect((await create('--help')).stdout).toMatch(/--direct[^]*Types that can run so: demo_noop, /);
  });
});

describe('--checkpoint without --direct', () => {
  it('is refused before anything is asked of a service', async () => {
    const { status, stderr } = await create('demo_noop', '--checkpoint', 'x');
    expect(status).toBe(2);
    expect(stderr).toContain('Expected --checkpoint together with --direct');
  });
});
