import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { checkPrograms } from '../../../src/cli/doctor/check-programs.js';
import type { Finding } from '../../../src/cli/doctor/finding.js';
import { loadConfig } from '../../../src/config.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longplay doctor-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function check(environment: Record<string, string>): Promise<Record<string, Finding>> {
  const findings = await checkPrograms(loadConfig({ PATH: folder, ...environment }));
  return Object.fromEntries(findings.map((finding) => [finding.name, finding]));
}

async function program(name: string, script: string): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return file;
}

describe('checkPrograms', () => {
  it('tells version and place of what is there', async () => {
    const cli = await program('temporal', 'echo "temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)"');
    await program('ffmpeg', 'echo "ffmpeg version 5.1.6-0+deb12u1 Copyright"');
    await program('ffprobe', 'echo "ffprobe version 9.0 Copyright"');
    await program('aria2c', 'echo "aria2 version 1.36.0"');
    const found = await check({ TEMPORAL_CLI_PATH: cli });
    expect(
      Object.values(found).map(({ name, state, version, remedy }) => [name, state, version, remedy]),
    ).toEqual([
      ['FFmpeg', 'ok', '5.1.6-0+deb12u1', null],
      ['ffprobe', 'ok', '9.0', null],
      ['aria2', 'ok', '1.36.0', null],
      ['Temporal CLI', 'ok', '1.9.1', null],
    ]);
    expect(found['Temporal CLI']?.where).toBe(cli);
  });

  it('says of each missing program how to get it; only Temporal is indispensable', async () => {
    const found = await check({ TEMPORAL_CLI_PATH: '/nowhere/temporal' });
    expect(Object.values(found).map(({ name, state }) => [name, state])).toEqual([
      ['FFmpeg', 'advice'],
      ['ffprobe', 'advice'],
      ['aria2', 'advice'],
      ['Temporal CLI', 'broken'],
    ]);
    expect(found['FFmpeg']?.remedy).toContain('apt install ffmpeg');
    expect(found['aria2']?.remedy).toContain('ARIA2_PATH');
    expect(found['Temporal CLI']?.remedy).toContain('TEMPORAL_CLI_PATH');
  });

  it('starts what it finds, since a file alone may not run', async () => {
    const broken = await program('broken', 'echo "libx264.so.164: cannot open shared object" >&2; exit 127');
    const { FFmpeg: finding } = await check({ FFMPEG_PATH: broken, TEMPORAL_ADDRESS: 'elsewhere:7233' });
    expect(finding).toMatchObject({ state: 'advice', where: broken });
    expect(finding?.detail).toContain('libx264');
  });

  it('asks for no Temporal program where another server is used', async () => {
    expect(await check({ TEMPORAL_ADDRESS: 'elsewhere:7233' })).not.toHaveProperty('Temporal CLI');
  });
});
