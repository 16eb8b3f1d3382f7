import { libraryScan } from './acquisition/library-scan.js';
import { matchLibrary } from './acquisition/match-library.js';
import { monitorDownload } from './acquisition/monitor-download.js';
import { organizeFiles } from './acquisition/organize-files.js';
import { request } from './acquisition/request.js';
import { searchIndexers } from './acquisition/search-indexers.js';
import { createCatalogue } from './catalogue.js';
import { demoSteps } from './demo/demo-steps.js';

/** Every job type (docs/adding-a-job-type.md). */
export const catalogue = createCatalogue([
  request,
  searchIndexers,
  monitorDownload,
  organizeFiles,
  libraryScan,
  matchLibrary,
  demoSteps,
]);
