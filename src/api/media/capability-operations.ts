import { listCapabilities } from '../../store/media/capabilities.js';
import { defineOperation } from '../http/operation.js';
import { capabilities } from '../schemas/capability.js';

export const getCapabilitiesOperation = defineOperation({
  id: 'getMediaCapabilities',
  tag: 'media',
  summary: 'What the host of each worker can encode, decode and filter, as real trials have shown',
  responses: { 200: { description: 'All', schema: capabilities } },
  handle: async ({ db }) => ({ status: 200, body: { workers: await listCapabilities(db) } }),
});
