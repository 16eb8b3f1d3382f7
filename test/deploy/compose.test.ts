import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { SEARCH_ATTRIBUTES } from '../../src/domain/jobs/search-attributes.js';
import { DYNAMIC_CONFIG, RETENTION_MS } from '../../src/embedded/temporal.js';

const COMPOSE = 'docker-compose.temporal.yml';
const compose = readFileSync(COMPOSE, 'utf8');
const hasCompose = spawnSync('docker', ['compose', 'version']).status === 0;

describe('docker-compose.temporal.yml', () => {
  (hasCompose ? it : it.skip)(
    `is accepted by docker compose${hasCompose ? '' : ', WHICH IS NOT INSTALLED HERE'}`,
    () => {
      const env = { ...process.env, LONGPLAY_DB_PASSWORD: 'x', LONGPLAY_SECRET_KEY: 'y' };
      const { status, stderr } = spawnSync('docker', ['compose', '-f', COMPOSE, 'config', '--quiet'], {
        env,
        encoding: 'utf8',
      });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    },
  );

  it('gives its Temporal server what the embedded one has', () => {
    const file = readFileSync('deploy/temporal-dynamic-config.yaml', 'utf8');
    const values = [...file.matchAll(/^(\S+):\n {2}- value: (\S+)$/gm)].map(
      ([, key, value]) => `${key}=${value}`,
    );
    expect(values.sort()).toEqual([...DYNAMIC_CONFIG].sort());
    expect(compose).toContain(`--retention ${RETENTION_MS / 3_600_000}h`);
    expect(compose).toContain(`for name in ${SEARCH_ATTRIBUTES.join(' ')}; do`);
  });

  it('publishes nothing beyond loopback, and pins every image', () => {
    const published = [...compose.matchAll(/^ +ports:\n((?: +- .+\n)+)/gm)].flatMap(([, list = '']) =>
      list
        .trim()
        .split('\n')
        .map((line) => line.trim()),
    );
    expect(published).toHaveLength(3);
    for (const line of published) expect(line).toMatch(/^- 127\.0\.0\.1:/);
    for (const [, image = ''] of compose.matchAll(/^ +image: (.+)$/gm)) expect(image).toMatch(/:\d+\.\d+/);
  });

  it('holds no secret, and does not start without one', () => {
    expect(compose).toContain('${LONGPLAY_DB_PASSWORD:?');
    expect(compose).toContain('${LONGPLAY_SECRET_KEY:?');
    const passwords = [...compose.matchAll(/^ +\w*(?:PASSWORD|PWD|KEY): (.+)$/gm)].map(([, value]) => value);
    expect(passwords.length).toBeGreaterThan(2);
    for (const value of passwords) expect(value).toMatch(/^\$\{LONGPLAY_\w+:\?/);
  });
});
