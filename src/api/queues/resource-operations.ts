import { viewResources } from '../../jobs/resources.js';
import { defineOperation } from '../http/operation.js';
import { resources } from '../schemas/resource.js';

export const getResourcesOperation = defineOperation({
  id: 'getResources',
  tag: 'queues',
  summary: 'VRAM, encoder sessions, AI slots and cores: what there is, who holds it and who waits for it',
  responses: { 200: { description: 'All', schema: resources } },
  handle: async ({ db }) => ({ status: 200, body: await viewResources(db) }),
});
