import { logInOperation, logOutOperation, getSessionOperation } from './access/session-operations.js';
import {
  createLoginLinkOperation,
  createTokenOperation,
  listAuditOperation,
  listTokensOperation,
  revokeTokenOperation,
} from './access/token-operations.js';
import { eventsOperation, jobEventsOperation } from './events/operations.js';
import { listHealthChecksOperation } from './health/check-operations.js';
import {
  aboutOperation,
  healthzOperation,
  listWorkersOperation,
  metricsOperation,
  readyzOperation,
} from './health/operations.js';
import {
  endFindingOperation,
  listFindingsOperation,
  listRepairsOperation,
  recoverOperation,
} from './health/trouble-operations.js';
import type { Operation } from './http/operation.js';
import type { Access, Method, Route } from './http/route.js';
import { importOperation } from './imports/operations.js';
import { bulkOperation, cancelRunningOperation } from './jobs/bulk.js';
import {
  createJobOperation,
  getJobOperation,
  listAttemptsOperation,
  listJobsOperation,
  listJobTypesOperation,
  listLogsOperation,
} from './jobs/operations.js';
import { jobStatsOperation } from './jobs/stats.js';
import {
  cancelJobOperation,
  pauseJobOperation,
  resumeJobOperation,
  retryJobOperation,
  retryNowOperation,
  setPriorityOperation,
} from './jobs/steer.js';
import { previewPathOperation } from './libraries/preview-operation.js';
import { listRecycledOperation, restoreRecycledOperation } from './libraries/recycle-operations.js';
import { getCapabilitiesOperation } from './media/capability-operations.js';
import {
  getPosterOperation,
  getSpriteOperation,
  getThumbnailOperation,
  getVideoOperation,
  listVideosOperation,
} from './media/operations.js';
import { listNoticesOperation } from './notices/notice-operations.js';
import * as targets from './notices/target-operations.js';
import {
  getQueueOperation,
  listQueuesOperation,
  pauseQueueOperation,
  resumeQueueOperation,
} from './queues/operations.js';
import { getResourcesOperation } from './queues/resource-operations.js';
import {
  createRequestOperation,
  getRequestOperation,
  listLibraryItemsOperation,
  listRequestsOperation,
} from './requests/operations.js';
import {
  approveRequestOperation,
  decideImportOperation,
  denyRequestOperation,
  retryStageOperation,
  selectReleaseOperation,
  setSearchTermsOperation,
  skipCandidateOperation,
} from './requests/decisions.js';
import {
  blockReleaseOperation,
  listBlocklistOperation,
  unblockReleaseOperation,
} from './requests/blocklist.js';
import { dryRunDecisionOperation, putRequestPolicyOperation } from './requests/dry-run.js';
import {
  listApprovalRulesOperation,
  putApprovalRuleOperation,
  removeRequesterOperation,
} from './requests/people.js';
import * as schedules from './schedules/operations.js';
import {
  disableScheduleOperation,
  enableScheduleOperation,
  listFiringsOperation,
  triggerScheduleOperation,
} from './schedules/steer.js';
import * as clients from './settings/download-client-operations.js';
import { customRules } from './settings/custom-rule-operations.js';
import { delayProfiles } from './settings/delay-profile-operations.js';
import * as indexers from './settings/indexer-operations.js';
import * as libraries from './settings/library-operations.js';
import { markDownloadsRootOperation, markLibraryRootOperation } from './settings/root-operations.js';
import { mediaRules } from './settings/media-rule-operations.js';
import { qualityProfiles } from './settings/quality-profile-operations.js';
import { quietRules } from './settings/quiet-rule-operations.js';

/** Every address of the API and who may use it: the one table of roles. A fixed path stands before `:id`. */
export const ROUTES: readonly Route[] = [
  route('post', '/api/jobs', 'operator', createJobOperation),
  route('get', '/api/jobs', 'viewer', listJobsOperation),
  route('get', '/api/jobs/types', 'viewer', listJobTypesOperation),
  route('get', '/api/jobs/stats', 'viewer', jobStatsOperation),
  route('post', '/api/jobs/bulk', 'operator', bulkOperation),
  route('post', '/api/jobs/cancel-running', 'operator', cancelRunningOperation),

  route('get', '/api/jobs/:id', 'viewer', getJobOperation),
  route('get', '/api/jobs/:id/logs', 'viewer', listLogsOperation),
  route('get', '/api/jobs/:id/attempts', 'viewer', listAttemptsOperation),
  route('get', '/api/jobs/:id/events', 'viewer', jobEventsOperation),
  route('post', '/api/jobs/:id/pause', 'operator', pauseJobOperation),
  route('post', '/api/jobs/:id/resume', 'operator', resumeJobOperation),
  route('post', '/api/jobs/:id/cancel', 'operator', cancelJobOperation),
  route('post', '/api/jobs/:id/retry', 'operator', retryJobOperation),
  route('post', '/api/jobs/:id/retry-now', 'operator', retryNowOperation),
  route('put', '/api/jobs/:id/priority', 'operator', setPriorityOperation),
  route('get', '/api/events', 'viewer', eventsOperation),

  route('get', '/api/queues', 'viewer', listQueuesOperation),
  route('get', '/api/queues/:name', 'viewer', getQueueOperation),
  route('post', '/api/queues/:name/pause', 'operator', pauseQueueOperation),
  route('post', '/api/queues/:name/resume', 'operator', resumeQueueOperation),

  route('post', '/api/requests', 'operator', createRequestOperation),
  route('get', '/api/requests', 'viewer', listRequestsOperation),
  route('get', '/api/requests/:id', 'viewer', getRequestOperation),
  route('post', '/api/requests/:id/approve', 'operator', approveRequestOperation),
  route('post', '/api/requests/:id/deny', 'operator', denyRequestOperation),
  route('post', '/api/requests/:id/select-release', 'operator', selectReleaseOperation),
  route('post', '/api/requests/:id/skip-candidate', 'operator', skipCandidateOperation),
  route('post', '/api/requests/:id/retry-stage', 'operator', retryStageOperation),
  route('post', '/api/requests/:id/search-terms', 'operator', setSearchTermsOperation),
  route('post', '/api/requests/:id/decide-import', 'operator', decideImportOperation),
  route('post', '/api/requests/:id/dry-run', 'viewer', dryRunDecisionOperation),
  route('put', '/api/requests/:id/policy', 'operator', putRequestPolicyOperation),
  route('post', '/api/requests/:id/block', 'operator', blockReleaseOperation),
  route('get', '/api/blocklist', 'viewer', listBlocklistOperation),
  route('delete', '/api/blocklist/:id', 'operator', unblockReleaseOperation),
  route('delete', '/api/requests/:id/requesters/:name', 'operator', removeRequesterOperation),
  route('get', '/api/approval-rules', 'operator', listApprovalRulesOperation),
  route('put', '/api/approval-rules/:principal', 'super_admin', putApprovalRuleOperation),
  route('get', '/api/library/items', 'viewer', listLibraryItemsOperation),

  route('get', '/api/custom-rules', 'viewer', customRules.list),
  route('post', '/api/custom-rules', 'super_admin', customRules.create),
  route('put', '/api/custom-rules/:id', 'super_admin', customRules.put),
  route('delete', '/api/custom-rules/:id', 'super_admin', customRules.remove),
  route('get', '/api/quality-profiles', 'viewer', qualityProfiles.list),
  route('post', '/api/quality-profiles', 'super_admin', qualityProfiles.create),
  route('put', '/api/quality-profiles/:id', 'super_admin', qualityProfiles.put),
  route('delete', '/api/quality-profiles/:id', 'super_admin', qualityProfiles.remove),
  route('get', '/api/delay-profiles', 'viewer', delayProfiles.list),
  route('post', '/api/delay-profiles', 'super_admin', delayProfiles.create),
  route('put', '/api/delay-profiles/:id', 'super_admin', delayProfiles.put),
  route('delete', '/api/delay-profiles/:id', 'super_admin', delayProfiles.remove),

  route('get', '/api/media-rules', 'viewer', mediaRules.list),
  route('post', '/api/media-rules', 'super_admin', mediaRules.create),
  route('put', '/api/media-rules/:id', 'super_admin', mediaRules.put),
  route('delete', '/api/media-rules/:id', 'super_admin', mediaRules.remove),

  route('get', '/api/quiet-rules', 'viewer', quietRules.list),
  route('post', '/api/quiet-rules', 'super_admin', quietRules.create),
  route('put', '/api/quiet-rules/:id', 'super_admin', quietRules.put),
  route('delete', '/api/quiet-rules/:id', 'super_admin', quietRules.remove),

  route('get', '/api/schedules', 'viewer', schedules.listSchedulesOperation),
  route('post', '/api/schedules', 'super_admin', schedules.createScheduleOperation),
  route('get', '/api/schedules/:id', 'viewer', schedules.getScheduleOperation),
  route('put', '/api/schedules/:id', 'super_admin', schedules.putScheduleOperation),
  route('delete', '/api/schedules/:id', 'super_admin', schedules.deleteScheduleOperation),
  route('post', '/api/schedules/:id/enable', 'operator', enableScheduleOperation),
  route('post', '/api/schedules/:id/disable', 'operator', disableScheduleOperation),
  route('post', '/api/schedules/:id/trigger', 'operator', triggerScheduleOperation),
  route('get', '/api/schedules/:id/firings', 'viewer', listFiringsOperation),

  route('get', '/api/indexers', 'viewer', indexers.listIndexersOperation),
  route('post', '/api/indexers', 'super_admin', indexers.createIndexerOperation),
  route('post', '/api/indexers/test', 'super_admin', indexers.testNewIndexerOperation),
  route('get', '/api/indexers/:id', 'viewer', indexers.getIndexerOperation),
  route('put', '/api/indexers/:id', 'super_admin', indexers.putIndexerOperation),
  route('delete', '/api/indexers/:id', 'super_admin', indexers.deleteIndexerOperation),
  route('post', '/api/indexers/:id/test', 'operator', indexers.testIndexerOperation),

  route('get', '/api/download-clients', 'viewer', clients.listDownloadClientsOperation),
  route('post', '/api/download-clients', 'super_admin', clients.createDownloadClientOperation),
  route('post', '/api/download-clients/test', 'super_admin', clients.testNewDownloadClientOperation),
  route('post', '/api/download-clients/mark-root', 'super_admin', markDownloadsRootOperation),
  route('get', '/api/download-clients/:id', 'viewer', clients.getDownloadClientOperation),
  route('put', '/api/download-clients/:id', 'super_admin', clients.putDownloadClientOperation),
  route('delete', '/api/download-clients/:id', 'super_admin', clients.deleteDownloadClientOperation),
  route('post', '/api/download-clients/:id/test', 'operator', clients.testDownloadClientOperation),
  route('post', '/api/download-clients/:id/poll', 'operator', clients.pollDownloadClientOperation),

  route('get', '/api/libraries', 'viewer', libraries.listLibrariesOperation),
  route('post', '/api/libraries', 'super_admin', libraries.createLibraryOperation),
  route('post', '/api/libraries/test', 'super_admin', libraries.testNewLibraryOperation),
  route('get', '/api/libraries/:id', 'viewer', libraries.getLibraryOperation),
  route('put', '/api/libraries/:id', 'super_admin', libraries.putLibraryOperation),
  route('delete', '/api/libraries/:id', 'super_admin', libraries.deleteLibraryOperation),
  route('post', '/api/libraries/:id/test', 'operator', libraries.testLibraryOperation),
  route('post', '/api/libraries/:id/preview-path', 'viewer', previewPathOperation),
  route('post', '/api/libraries/:id/mark', 'super_admin', markLibraryRootOperation),

  route('get', '/api/media', 'viewer', listVideosOperation),
  route('get', '/api/media/capabilities', 'viewer', getCapabilitiesOperation),
  route('get', '/api/media/:id', 'viewer', getVideoOperation),
  route('get', '/api/media/:id/thumbnail', 'viewer', getThumbnailOperation),
  route('get', '/api/media/:id/poster', 'viewer', getPosterOperation),
  route('get', '/api/media/:id/sprite', 'viewer', getSpriteOperation),

  route('get', '/api/recycled-files', 'viewer', listRecycledOperation),
  route('post', '/api/recycled-files/restore', 'operator', restoreRecycledOperation),

  route('get', '/api/notification-targets', 'viewer', targets.listTargetsOperation),
  route('post', '/api/notification-targets', 'super_admin', targets.createTargetOperation),
  route('post', '/api/notification-targets/test', 'super_admin', targets.testNewTargetOperation),
  route('get', '/api/notification-targets/:id', 'viewer', targets.getTargetOperation),
  route('put', '/api/notification-targets/:id', 'super_admin', targets.putTargetOperation),
  route('delete', '/api/notification-targets/:id', 'super_admin', targets.deleteTargetOperation),
  route('post', '/api/notification-targets/:id/test', 'operator', targets.testTargetOperation),
  route('get', '/api/notices', 'viewer', listNoticesOperation),

  route('post', '/api/imports/:kind', 'super_admin', importOperation),

  route('post', '/api/session', 'public', logInOperation),
  route('get', '/api/session', 'viewer', getSessionOperation),
  route('delete', '/api/session', 'viewer', logOutOperation),
  route('get', '/api/tokens', 'super_admin', listTokensOperation),
  route('post', '/api/tokens', 'super_admin', createTokenOperation),
  route('post', '/api/tokens/login-links', 'super_admin', createLoginLinkOperation),
  route('delete', '/api/tokens/:id', 'super_admin', revokeTokenOperation),
  route('get', '/api/audit', 'super_admin', listAuditOperation),

  route('get', '/api/health/checks', 'viewer', listHealthChecksOperation),
  route('get', '/api/findings', 'viewer', listFindingsOperation),
  route('delete', '/api/findings/:kind/:subject', 'operator', endFindingOperation),
  route('get', '/api/repairs', 'viewer', listRepairsOperation),
  route('post', '/api/recover', 'super_admin', recoverOperation),
  route('get', '/api/workers', 'viewer', listWorkersOperation),
  route('get', '/api/resources', 'viewer', getResourcesOperation),
  route('get', '/api/about', 'viewer', aboutOperation),
  route('get', '/healthz', 'public', healthzOperation),
  route('get', '/readyz', 'public', readyzOperation),
  route('get', '/metrics', 'viewer_or_loopback', metricsOperation),
];

function route(method: Method, path: string, access: Access, operation: Operation): Route {
  return { method, path, access, operation };
}
