import {
  deleteDelayProfile,
  findDelayProfile,
  listDelayProfiles,
  saveDelayProfile,
} from '../../store/acquisition/delay-profiles.js';
import { delayProfileBody, delayProfileView, newDelayProfileBody } from '../schemas/policy.js';
import { plainSettings } from './plain-settings.js';

export const delayProfiles = plainSettings({
  tag: 'policy',
  ids: { one: 'DelayProfile', many: 'DelayProfiles' },
  called: 'delay profile',
  path: '/api/delay-profiles',
  key: 'delayProfiles',
  summaries: {
    list: 'How long a good release waits for a better one; without any, nothing waits',
    create: 'Adds a delay profile',
    put: 'Replaces a delay profile; it counts from the next decision on',
    remove: 'Removes a delay profile; what waits for it is decided anew at its next look',
  },
  schemas: { body: delayProfileBody, newBody: newDelayProfileBody, view: delayProfileView },
  store: {
    list: listDelayProfiles,
    find: findDelayProfile,
    save: saveDelayProfile,
    remove: deleteDelayProfile,
  },
});
