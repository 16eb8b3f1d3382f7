import {
  deleteQualityProfile,
  findQualityProfile,
  listCustomRules,
  listQualityProfiles,
  saveQualityProfile,
} from '../../store/acquisition/quality-profiles.js';
import { HttpProblem } from '../http/problem.js';
import { newQualityProfileBody, qualityProfileBody, qualityProfileView } from '../schemas/policy.js';
import { plainSettings } from './plain-settings.js';

export const qualityProfiles = plainSettings({
  tag: 'policy',
  ids: { one: 'QualityProfile', many: 'QualityProfiles' },
  called: 'quality profile',
  path: '/api/quality-profiles',
  key: 'qualityProfiles',
  summaries: {
    list: 'What releases must be, and which are better; libraries and requests name one',
    create: 'Adds a quality profile',
    put: 'Replaces a quality profile; it counts from the next decision on',
    remove: 'Removes a quality profile that no library and no request names',
  },
  schemas: { body: qualityProfileBody, newBody: newQualityProfileBody, view: qualityProfileView },
  store: {
    list: listQualityProfiles,
    find: findQualityProfile,
    save: saveQualityProfile,
    remove: deleteQualityProfile,
  },
  check: async (tx, { rules }) => {
    const known = new Set((await listCustomRules(tx)).map(({ id }) => id));
    rules.forEach(({ ruleId }, at) => {
      const isTwice = rules.findIndex((other) => other.ruleId === ruleId) !== at;
      if (!known.has(ruleId) || isTwice) throw wrongRule({ ruleId, at, isTwice });
    });
  },
});

function wrongRule({ ruleId, at, isTwice }: { ruleId: string; at: number; isTwice: boolean }): HttpProblem {
  const detail = isTwice
    ? `Expected each rule once, "${ruleId}" is there twice`
    : `There is no rule "${ruleId}"`;
  return new HttpProblem('bad_input', detail, {
    remedy: 'GET /api/custom-rules lists them',
    errors: [{ pointer: `/rules/${at}/ruleId`, detail }],
  });
}
