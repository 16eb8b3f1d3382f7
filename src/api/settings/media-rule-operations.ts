import { catalogue } from '../../catalogue/index.js';
import { Fault } from '../../domain/faults.js';
import { parseLogicalPath } from '../../domain/logical-path.js';
import type { MediaRule } from '../../domain/media/media-rule.js';
import { deleteMediaRule, findMediaRule, listMediaRules, saveMediaRule } from '../../store/media/rules.js';
import { mediaRuleBody, mediaRuleView, newMediaRuleBody } from '../schemas/media-rule.js';
import { plainSettings } from './plain-settings.js';

/** Any id: what a rule's job is made of is tried with it. */
const SOME_VIDEO = '00000000-0000-4000-8000-000000000000';

export const mediaRules = plainSettings({
  tag: 'media',
  ids: { one: 'MediaRule', many: 'MediaRules' },
  called: 'media rule',
  path: '/api/media-rules',
  key: 'mediaRules',
  summaries: {
    list: 'What is done by itself with new videos, and how many jobs each rule has started',
    create: 'Adds a rule; it counts for what is found from now on',
    put: 'Replaces a rule, or switches it on and off; jobs that it has started go on',
    remove: 'Removes a rule; jobs that it has started go on',
  },
  schemas: { body: mediaRuleBody, newBody: newMediaRuleBody, view: mediaRuleView },
  store: { list: listMediaRules, find: findMediaRule, save: saveMediaRule, remove: deleteMediaRule },
  check: (_tx, rule) => {
    for (const place of rule.places) parseLogicalPath(place);
    requireJob(rule);
    return Promise.resolve();
  },
});

/** @throws Fault bad_input for a type that is none, and params that it does not take. */
function requireJob({ type, params }: Pick<MediaRule, 'type' | 'params'>): void {
  if (Object.hasOwn(params, 'videoId')) {
    throw new Fault('bad_input', 'Expected params without videoId, which is each new video’s own', {
      remedy: 'Leave it out',
    });
  }
  catalogue.find(type).parse({ ...params, videoId: SOME_VIDEO });
}
