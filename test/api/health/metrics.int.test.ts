import { readFile } from 'node:fs/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { HEALTH_CHECKS, well, type HealthResult } from '../../../src/domain/health/check.js';
import { recordHealthChecks } from '../../../src/store/health-checks.js';
import { startTestApi, type TestApi } from '../../support/api.js';

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
});

afterAll(() => api.stop());

const scrape = async (): Promise<string> => String((await api.send('GET', '/metrics')).body);

async function saw(...results: HealthResult[]): Promise<void> {
  await recordHealthChecks(api.parts.db, { kinds: HEALTH_CHECKS, results });
}

function trouble(kind: HealthResult['kind'], subject: string, level: HealthResult['level']): HealthResult {
  return { kind, subject, level, message: 'It does not answer', remedy: 'Start it' };
}

function ageOf(text: string, type: string): number | undefined {
  const found = new RegExp(`^longplay_health_age_seconds\\{type="${type}"\\} (.+)$`, 'm').exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}

describe('/metrics of health', () => {
  it('tells no age where nothing was looked at, instead of one of 0 s', async () => {
    const text = await scrape();
    expect(text).toContain('longplay_scrape_errors{source="health"} 0');
    expect(text).not.toMatch(/^longplay_health_/m);
  });

  it('counts checks by kind and level, never by what they are about', async () => {
    await saw(
      trouble('indexer', 'one', 'error'),
      trouble('indexer', 'two', 'error'),
      trouble('library', 'films', 'warning'),
      well('queue', 'io', '1 workers serve io'),
    );
    const text = await scrape();
    expect(text).toContain('longplay_health_checks{kind="indexer",level="error"} 2');
    expect(text).toContain('longplay_health_checks{kind="library",level="warning"} 1');
    expect(text).toContain('longplay_health_checks{kind="queue",level="ok"} 1');
    expect(text).not.toContain('films');
  });

  it('forgets what is mended, so that its alert ends', async () => {
    await saw(well('indexer', 'one', 'One answers'));
    const text = await scrape();
    expect(text).toContain('longplay_health_checks{kind="indexer",level="ok"} 1');
    expect(text).not.toMatch(/longplay_health_checks\{.*level="error"\}/);
  });

  it('tells the age of the newest look of each job; one of the other job does not hide that it is old', async () => {
    await saw(
      well('indexer', 'one', 'One answers'),
      well('queue', 'io', '1 workers serve io'),
      well('orphan_folder', '', 'Every folder belongs to one'),
    );
    await api.parts.db.query(
      `update health_checks set looked_at = now() - case kind when 'indexer' then interval '2 hours'
         when 'queue' then interval '1 hour' else interval '0' end`,
    );
    const text = await scrape();
    expect(ageOf(text, 'health_check')).toBeGreaterThanOrEqual(3_600);
    expect(ageOf(text, 'health_check')).toBeLessThan(3_700);
    expect(ageOf(text, 'reconcile_clients')).toBeLessThan(100);
  });

  it('has each figure that the rules in deploy/ ask for', async () => {
    const rules = await readFile('deploy/prometheus-rules.yaml', 'utf8');
    const text = await scrape();
    const names = rules.match(/longplay_[a-z_]+/g) ?? [];
    expect(names).not.toEqual([]);
    for (const name of names) expect(text).toContain(`# TYPE ${name} gauge`);
  });
});
