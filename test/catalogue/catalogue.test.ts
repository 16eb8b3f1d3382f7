import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import { checkRegistrations, createCatalogue } from '../../src/catalogue/catalogue.js';
import { catalogue } from '../../src/catalogue/index.js';
import { defineJobType, step } from '../../src/catalogue/job-type.js';
import { WORKFLOWS_WITHOUT_JOB } from '../../src/domain/jobs/workflows-without-job.js';
import * as stories from '../../src/workflows/index.js';

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
  it.each([
    ['by name', [aType('one'), aType('one')]],
    ['by the alias of a later one', [aType('one'), aType('two', ['one'])]],
    ['by the alias of an earlier one', [aType('two', ['one']), aType('one')]],
    ['by two aliases', [aType('two', ['one']), aType('three', ['one'])]],
  ])('refuses a type that is registered twice, %s', (_what, types) => {
    expect(() => createCatalogue(types)).toThrow('The job type "one" is registered twice');
  });

  it('finds a type by its alias and names the known ones for an unknown one', () => {
    expect(catalogue.find('scan_plex').type).toBe('library_scan');
    expect(() => catalogue.find('nonsense')).toThrow('Expected a known job type, got "nonsense"');
    expect(() => catalogue.find('constructor')).toThrow('Expected a known job type');
    expect(catalogue.resolve('nonsense')).toBeUndefined();
  });

  it('knows the types of acquisition.md §1.2 by its names for them', () => {
    const names = [
      'search_indexers',
      'monitor_download',
      'organize_files',
      'scan_plex',
      'match_plex',
      'plex_recently_added_check',
    ];
    expect(names.map((name) => catalogue.resolve(name))).toEqual([
      ...['search_indexers', 'monitor_download', 'organize_files'],
      ...['library_scan', 'match_library', 'recently_added_check'],
    ]);
  });

  it('lists every problem of params at once', () => {
    const parse = (): unknown => catalogue.find('demo_steps').parse({ count: 'many', colour: 'red' });
    expect(parse).toThrow(/count/);
    expect(parse).toThrow(/colour/);
  });

  it('gives every type a story, and every step a queue that does not hold workflow tasks', () => {
    const named = [...catalogue.types.map(({ type }) => type), ...WORKFLOWS_WITHOUT_JOB];
    expect(Object.keys(stories).toSorted()).toEqual(named.toSorted());
    const queues = catalogue.types.flatMap(({ policy }) =>
      Object.values(policy.steps).map(({ queue }) => queue),
    );
    expect(queues).not.toContain('workflows');
  });
});

describe('the registrations', () => {
  const types = createCatalogue([aType('one'), aType('two')]);
  const check = (workflows: string[], activities: string[]) => () => {
    checkRegistrations(types, { workflows, activities });
  };

  it('are complete with a story for each type and an activity for each step', () => {
    expect(check(['one', 'two'], ['work', 'another'])).not.toThrow();
  });

  it('name a type without a story', () => {
    expect(check(['two'], ['work'])).toThrow(
      'Job types are not complete: the job type "one" has no workflow: ' +
        'export a function of that name in src/workflows/index.ts',
    );
  });

  it('name a story without a type', () => {
    expect(check(['one', 'two', 'three'], ['work'])).toThrow(
      'the workflow "three" has no job type: list it in src/catalogue/index.ts',
    );
  });

  it('know the workflows that are no jobs, and let no type have their names', () => {
    expect(check(['one', 'two', 'fire'], ['work'])).not.toThrow();
    const named = createCatalogue([aType('fire')]);
    expect(() => {
      checkRegistrations(named, { workflows: ['fire'], activities: ['work'] });
    }).toThrow('the job type "fire" has the name of a workflow that is no job: rename it');
  });

  it('name a step without an activity', () => {
    expect(check(['one', 'two'], [])).toThrow(
      'the step "work" of "one" has no activity: define it under src/activities',
    );
  });

  it('name every gap at once', () => {
    const all = check(['two', 'three'], []);
    for (const gap of ['type "one"', 'workflow "three"', '"work" of "one"', '"work" of "two"'])
      expect(all).toThrow(gap);
  });
});
