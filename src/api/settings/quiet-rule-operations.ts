import {
  callQuietWatcher,
  deleteQuietRule,
  findQuietRule,
  listQuietRules,
  saveQuietRule,
} from '../../store/quiet.js';
import { newQuietRuleBody, quietRuleBody, quietRuleView } from '../schemas/quiet.js';
import { plainSettings } from './plain-settings.js';

export const quietRules = plainSettings({
  tag: 'quiet',
  ids: { one: 'QuietRule', many: 'QuietRules' },
  called: 'quiet rule',
  path: '/api/quiet-rules',
  key: 'quietRules',
  summaries: {
    list: 'When heavy work stands still, and which of the rules hold now',
    create: 'Adds a quiet rule; it counts at once',
    put: 'Replaces a quiet rule; what it had paused goes on if it holds no more',
    remove: 'Removes a quiet rule; what it had paused goes on',
  },
  schemas: { body: quietRuleBody, newBody: newQuietRuleBody, view: quietRuleView },
  store: { list: listQuietRules, find: findQuietRule, save: saveQuietRule, remove: deleteQuietRule },
  changed: callQuietWatcher,
});
