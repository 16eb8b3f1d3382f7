import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { checkMachine } from '../../../src/cli/doctor/check-machine.js';
import type { Finding } from '../../../src/cli/doctor/finding.js';

const asRoot = process.getuid?.() === 0 ? it : it.skip;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longplay-doctor-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function check(dataFolder: string, version = process.version): Promise<[Finding, Finding]> {
  const [node, data] = await checkMachine({ dataFolder }, { version, path: '/usr/bin/node' });
  if (node === undefined || data === undefined) throw new Error('Expected two findings');
  return [node, data];
}

describe('checkMachine', () => {
  it.each([
    ['v20.19.0', 'ok'],
    ['v22.0.0', 'ok'],
    ['v20.18.3', 'broken'],
    ['v18.20.4', 'broken'],
  ])('calls Node %s %s', async (version, state) => {
    const [node] = await check(folder, version);
    expect(node).toMatchObject({ state, version, where: '/usr/bin/node' });
    expect(node.remedy === null).toBe(state === 'ok');
  });

  it('accepts a data folder that is not there yet, below one that can be written', async () => {
    const [, data] = await check(path.join(folder, 'not', 'there'));
    expect(data.state).not.toBe('broken');
    expect(data.detail).toMatch(/^writable, .+ free$/);
  });

  asRoot('says of a folder that cannot be written what to do', async () => {
    const mounted = path.join(folder, 'mounted');
    await mkdir(mounted);
    expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'none', mounted]).status).toBe(0);
    try {
      const [, data] = await check(mounted);
      expect(data).toMatchObject({ state: 'broken', where: mounted });
      expect(data.remedy).toContain('LONGPLAY_DATA');
    } finally {
      spawnSync('umount', [mounted]);
    }
  });

  asRoot('advises to make room where little is left', async () => {
    const mounted = path.join(folder, 'mounted');
    await mkdir(mounted);
    expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'none', mounted]).status).toBe(0);
    try {
      const [, data] = await check(mounted);
      expect(data.state).toBe('advice');
      expect(data.remedy).toMatch(/^Free some space/);
    } finally {
      spawnSync('umount', [mounted]);
    }
  });
});
