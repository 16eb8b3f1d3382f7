import { describe, expect, it } from '@jest/globals';

import { healthChange, well, type HealthLevel, type HealthResult } from '../../../src/domain/health/check.js';

const result = (level: HealthLevel): HealthResult => ({
  ...{ kind: 'indexer', subject: 'one', level, message: 'One rests', remedy: 'Check its key' },
});

describe('a change of a health check', () => {
  it('is told with its remedy when it becomes worse, and without one when it is well again', () => {
    const warning = { title: 'indexer one needs a look', detail: 'One rests. Check its key.' };
    expect(healthChange(undefined, result('warning'))).toEqual(warning);
    expect(healthChange('error', result('warning'))).toEqual(warning);
    expect(healthChange('warning', result('error'))).toMatchObject({ title: 'indexer one is in trouble' });
    expect(healthChange('error', well('indexer', 'one', 'One answers'))).toEqual({
      ...{ title: 'indexer one is well again', detail: 'One answers' },
    });
  });

  it('is none where it stays as it was, or is well from the first', () => {
    expect(healthChange('error', result('error'))).toBeUndefined();
    expect(healthChange('ok', result('ok'))).toBeUndefined();
    expect(healthChange(undefined, result('ok'))).toBeUndefined();
  });

  it('is none for a server that does not answer once and is back', () => {
    const away = { ...result('warning'), kind: 'download_client' } as const;
    expect(healthChange('ok', away)).toBeUndefined();
    expect(healthChange('warning', { ...away, level: 'ok' })).toBeUndefined();
    expect(healthChange('warning', { ...away, level: 'error' })).toBeDefined();
  });
});
