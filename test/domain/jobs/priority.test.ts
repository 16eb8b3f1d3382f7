import { expect, it } from '@jest/globals';

import { DEFAULT_PRIORITY, NAMED_PRIORITIES } from '../../../src/domain/jobs/priority.js';

it('the named priorities are those of acquisition.md §1.5, a smaller number first', () => {
  expect(NAMED_PRIORITIES).toEqual({ high: 2, normal: 5, medium: 5, low: 9 });
  expect(DEFAULT_PRIORITY).toBe(NAMED_PRIORITIES.normal);
});
