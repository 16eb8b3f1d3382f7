/** Every story, one line each; the interceptors are bundled apart (docs/adding-a-job-type.md). */
export { demo_steps } from './demo/demo-steps.js';
export { library_scan } from './acquisition/library-scan.js';
export { match_library } from './acquisition/match-library.js';
export { monitor_download } from './acquisition/monitor-download.js';
export { organize_files } from './acquisition/organize-files.js';
export { request } from './acquisition/request.js';
export { search_indexers } from './acquisition/search-indexers.js';
