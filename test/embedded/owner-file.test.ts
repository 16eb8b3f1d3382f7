import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { claimOwner, readOwner, removeOwner, writeOwner } from '../../src/embedded/owner-file.js';
import { identityOf } from '../../src/embedded/process-identity.js';
import { compileSource, type CompiledSource } from '../support/compiled-source.js';

let folder: string;
let source: CompiledSource;
let claimant: string;

beforeAll(async () => {
  source = await compileSource(['domain', 'embedded']);
  // Loaded first, then all at once: it spins until the file "go" is there, claims, tells, and lives on.
  claimant = await source.writeEntry(`
import { existsSync } from 'node:fs';
import { claimOwner } from './src/embedded/owner-file.js';
process.stdout.write('loaded\\n');
while (!existsSync(process.argv[2] + '/go'));
process.stdout.write(((await claimOwner(process.argv[2])) === undefined ? 'won' : 'lost') + '\\n');
process.stdin.resume().on('end', () => process.exit(0));
`);
});

afterAll(() => source.remove());

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longplay-owner-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const ownerFile = (): string => path.join(folder, 'owner.json');

async function nextLine(child: ChildProcess): Promise<string> {
  const [line] = (await once(child.stdout ?? child, 'data')) as [Buffer];
  return line.toString().trim();
}

/** How many of `count` processes that claim the folder at the same moment win it. */
async function race(count: number): Promise<{ won: number; lost: number }> {
  const children = Array.from({ length: count }, () =>
    spawn(process.execPath, [claimant, folder], { stdio: ['pipe', 'pipe', 'inherit'] }),
  );
  await Promise.all(children.map(nextLine));
  const told = children.map(nextLine);
  await writeFile(path.join(folder, 'go'), '');
  const results = await Promise.all(told);
  for (const child of children) child.stdin.end();
  await Promise.all(children.map((child) => once(child, 'exit')));
  return {
    won: results.filter((result) => result === 'won').length,
    lost: results.filter((result) => result === 'lost').length,
  };
}

/** What a process that is gone has left: nobody ever has this start time. */
function deadOwner(pid = process.pid): string {
  return JSON.stringify({ pid, identity: 'another boot 1', url: 'http://127.0.0.1:1' });
}

describe('claimOwner', () => {
  it('gives a folder to exactly one of several processes that start at once', async () => {
    expect(await race(6)).toEqual({ won: 1, lost: 5 });
    expect((await readdir(folder)).sort()).toEqual(['go', 'owner.json']);
  });

  it('gives a dead owner’s folder to exactly one, though a former successor died on the way', async () => {
    for (let round = 0; round < 3; round += 1) {
      await rm(path.join(folder, 'go'), { force: true });
      await writeFile(ownerFile(), deadOwner());
      const right = createHash('sha256').update(deadOwner()).digest('hex').slice(0, 12);
      await writeFile(`${ownerFile()}.after-${right}`, deadOwner(1));
      expect(await race(6)).toEqual({ won: 1, lost: 5 });
      expect((await readdir(folder)).sort()).toEqual(['go', 'owner.json']);
    }
  });

  it('tells who has the folder and where', async () => {
    expect(await claimOwner(folder)).toBeUndefined();
    expect(await claimOwner(folder)).toMatchObject({ pid: process.pid, url: null });
    await writeOwner(folder, 'http://127.0.0.1:4100');
    expect(await claimOwner(folder)).toMatchObject({ pid: process.pid, url: 'http://127.0.0.1:4100' });
    expect(await readOwner(folder)).toMatchObject({ url: 'http://127.0.0.1:4100' });
  });

  it('wins once when one process claims twice at the same time', async () => {
    const results = await Promise.all([claimOwner(folder), claimOwner(folder), claimOwner(folder)]);
    expect(results.filter((owner) => owner === undefined)).toHaveLength(1);
  });

  it('does not take a later process of the same id for the owner', async () => {
    await writeFile(ownerFile(), deadOwner(process.pid));
    expect(await readOwner(folder)).toBeUndefined();
    expect(await claimOwner(folder)).toBeUndefined();
    expect(await readOwner(folder)).toMatchObject({ pid: process.pid, identity: identityOf(process.pid) });
  });

  it.each(['', 'no JSON', '{"pid":-1}', '{}'])('takes a folder whose owner file says %j', async (text) => {
    await writeFile(ownerFile(), text);
    expect(await claimOwner(folder)).toBeUndefined();
    expect(JSON.parse(await readFile(ownerFile(), 'utf8'))).toMatchObject({ pid: process.pid });
  });
});

describe('removeOwner', () => {
  it('gives up its own claim and leaves another’s', async () => {
    await claimOwner(folder);
    await removeOwner(folder);
    expect(await readdir(folder)).toEqual([]);
    const other = JSON.stringify({ pid: process.ppid, identity: identityOf(process.ppid), url: null });
    await writeFile(ownerFile(), other);
    await removeOwner(folder);
    expect(await readFile(ownerFile(), 'utf8')).toBe(other);
  });
});
