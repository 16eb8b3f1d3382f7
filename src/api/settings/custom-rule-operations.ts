import { compileRules } from '../../domain/acquisition/custom-rules.js';
import {
  deleteCustomRule,
  findCustomRule,
  listCustomRules,
  listQualityProfiles,
  saveCustomRule,
} from '../../store/acquisition/quality-profiles.js';
import { HttpProblem } from '../http/problem.js';
import { customRuleBody, customRuleView, newCustomRuleBody } from '../schemas/policy.js';
import { plainSettings } from './plain-settings.js';

export const customRules = plainSettings({
  tag: 'policy',
  ids: { one: 'CustomRule', many: 'CustomRules' },
  called: 'rule',
  path: '/api/custom-rules',
  key: 'customRules',
  summaries: {
    list: 'People’s own rules on releases; quality profiles name those that they follow',
    create: 'Adds a rule; it counts where a profile names it',
    put: 'Replaces a rule; decisions that are stored stay as they were made',
    remove: 'Removes a rule that no profile names',
  },
  schemas: { body: customRuleBody, newBody: newCustomRuleBody, view: customRuleView },
  store: { list: listCustomRules, find: findCustomRule, save: saveCustomRule, remove: deleteCustomRule },
  // What cannot work is refused before it is stored: a bad pattern, a range of sizes that goes downwards.
  check: async (_tx, rule) => {
    compileRules({ id: rule.id, name: rule.name, minimumScore: 0, rules: [{ rule }] });
    return Promise.resolve();
  },
  checkRemoval: async (tx, id) => {
    const users = (await listQualityProfiles(tx)).filter(({ rules }) =>
      rules.some(({ ruleId }) => ruleId === id),
    );
    if (users.length === 0) return;
    const profiles = users.map(({ name }) => `"${name}"`).join(', ');
    throw new HttpProblem('conflict', `Expected a rule that no profile names, ${profiles} names it`, {
      remedy: 'Take it out of the profile first',
    });
  },
});
