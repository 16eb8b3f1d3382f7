import { cleanupSeeded } from './acquisition/cleanup-seeded.js';
import { deleteItem } from './acquisition/delete-item.js';
import { emptyRecycleBin } from './acquisition/empty-recycle-bin.js';
import { healthCheck } from './acquisition/health-check.js';
import { libraryScan } from './acquisition/library-scan.js';
import { matchLibrary } from './acquisition/match-library.js';
import { mergeChapters } from './acquisition/merge-chapters.js';
import { monitorDownload } from './acquisition/monitor-download.js';
import { organizeFiles } from './acquisition/organize-files.js';
import { recentlyAddedCheck } from './acquisition/recently-added-check.js';
import { reconcileClients } from './acquisition/reconcile-clients.js';
import { request } from './acquisition/request.js';
import { retryImports } from './acquisition/retry-imports.js';
import { retryMissing } from './acquisition/retry-missing.js';
import { rssSync } from './acquisition/rss-sync.js';
import { searchIndexers } from './acquisition/search-indexers.js';
import { createCatalogue } from './catalogue.js';
import { demoEncode } from './demo/demo-encode.js';
import { demoExternal } from './demo/demo-external.js';
import { demoFail } from './demo/demo-fail.js';
import { demoFanOut } from './demo/demo-fan-out.js';
import { demoHang } from './demo/demo-hang.js';
import { demoLease } from './demo/demo-lease.js';
import { demoMemory } from './demo/demo-memory.js';
import { demoNoop } from './demo/demo-noop.js';
import { demoShared } from './demo/demo-shared.js';
import { demoSteps } from './demo/demo-steps.js';
import { moveToLibrary } from './media/move-to-library.js';
import { publicScan } from './media/public-scan.js';
import { reencodeStreaming } from './media/reencode-streaming.js';
import { scan } from './media/scan.js';
import { thumbnailGenerate } from './media/thumbnail-generate.js';
import { validate } from './media/validate.js';

/** Every job type (docs/adding-a-job-type.md). */
export const catalogue = createCatalogue([
  request,
  searchIndexers,
  monitorDownload,
  organizeFiles,
  libraryScan,
  matchLibrary,
  recentlyAddedCheck,
  rssSync,
  retryMissing,
  retryImports,
  cleanupSeeded,
  emptyRecycleBin,
  reconcileClients,
  healthCheck,
  mergeChapters,
  deleteItem,
  scan,
  reencodeStreaming,
  publicScan,
  validate,
  moveToLibrary,
  thumbnailGenerate,
  demoNoop,
  demoSteps,
  demoFail,
  demoHang,
  demoFanOut,
  demoShared,
  demoMemory,
  demoLease,
  demoExternal,
  demoEncode,
]);
