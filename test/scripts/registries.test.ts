import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

/** In halves, so that this file does not name them either. */
const HOSTS = [
  ['registry', 'npmjs'],
  ['registry', 'yarnpkg'],
  ['pypi', 'org'],
  ['files', 'pythonhosted'],
  ['deb', 'debian'],
  ['proxy', 'golang'],
].map((halves) => halves.join('.'));

const tracked = spawnSync('git', ['ls-files', '-z'], { encoding: 'utf8' })
  .stdout.split('\0')
  .filter((file) => file !== '' && existsSync(file));

describe('the repository', () => {
  it('names no registry’s host', () => {
    expect(tracked.length).toBeGreaterThan(100);
    const naming = tracked.filter((file) => {
      const text = readFileSync(file, 'latin1');
      return HOSTS.some((host) => text.includes(host));
    });
    expect(naming).toEqual([]);
  });

  it('locks packages by hash alone', () => {
    const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
      packages: Record<string, { resolved?: string; integrity?: string }>;
    };
    const [root, ...entries] = Object.entries(packages);
    expect(root?.[0]).toBe('');
    expect(entries.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
    expect(entries.filter(([, { integrity }]) => integrity === undefined).map(([name]) => name)).toEqual([]);
  });
});
