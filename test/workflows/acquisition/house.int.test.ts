import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { ensureDefaults } from '../../../src/cli/defaults.js';
import { createJob } from '../../../src/jobs/create.js';
import { listHealthChecks } from '../../../src/store/health-checks.js';
import { startTestCore, type TestCore } from '../../support/core.js';

let core: TestCore;

beforeAll(async () => {
  core = await startTestCore();
  await ensureDefaults(core.parts, { aria2: { missing: 'not needed here' } });
});

afterAll(() => core.stop());

async function run(type: string): Promise<unknown> {
  const { job } = await createJob(core.parts, { type, params: {}, createdBy: 'test' });
  return (await core.until(job.id, ({ status }) => status === 'completed')).result;
}

describe('the duties that look after the house', () => {
  it('find a fresh one well', async () => {
    expect(await run('health_check')).toMatchObject({ warning: 0, error: 0 });
    expect(await run('reconcile_clients')).toMatchObject({ known: 0, unknown: 0, folders: 0, failed: [] });
    const checks = await listHealthChecks(core.parts.db);
    expect(new Set(checks.map(({ kind }) => kind))).toEqual(
      new Set(['disk_space', 'folder', 'library', 'library_confirm', 'orphan_folder', 'queue']),
    );
  });
});
