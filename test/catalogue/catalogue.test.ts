import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import { checkRegistrations, createCatalogue } from '../../src/catalogue/catalogue.js';
import { catalogue } from '../../src/catalogue/index.js';
import { defineJobType, step } from '../../src/catalogue/job-type.js';

function aType(type: string, aliases: string[] = []): ReturnType<typeof defineJobType> {
  return defineJobType({
    type,
    aliases,
    summary: 'For this test',
    params: z.strictObject({ count: z.int() }),
    title: ({ count }) => `Count ${count}`,
    steps: { work: step('cpu', 1) },
    retryWaitsMs: [1],
  });
}

describe('the catalogue', () => {
  it('refuses a type that is registered twice, by name or alias', () => {
    expect(() => createCatalogue([aType('one'), aType('one')])).toThrow('"one" is registered twice');
    expect(() => createCatalogue([aType('one'), aType('two', ['one'])])).toThrow('"one" is registered twice');
  });

  it('names every type without a story, story without a type and step without an activity', () => {
    const types = createCatalogue([aType('one'), aType('two')]);
    const check = (): void => {
      checkRegistrations(types, { workflows: ['two', 'three'], activities: [] });
    };
    expect(check).toThrow('the job type "one" has no workflow');
    expect(check).toThrow('the workflow "three" has no job type');
    expect(check).toThrow('the step "work" of "one" has no activity');
  });

  it('finds a type by its alias and names the known ones for an unknown one', () => {
    expect(catalogue.find('scan_plex').type).toBe('library_scan');
    expect(() => catalogue.find('nonsense')).toThrow('Expected a known job type, got "nonsense"');
  });

  it('lists every problem of params at once', () => {
    const parse = (): unknown => catalogue.find('demo_steps').parse({ count: 'many', colour: 'red' });
    expect(parse).toThrow(/count/);
    expect(parse).toThrow(/colour/);
  });
});
