/** Every story, one line each; the interceptors are bundled apart (docs/adding-a-job-type.md). */
export { demo_encode } from './demo/demo-encode.js';
export { demo_external } from './demo/demo-external.js';
export { demo_fail } from './demo/demo-fail.js';
export { demo_fan_out } from './demo/demo-fan-out.js';
export { demo_hang } from './demo/demo-hang.js';
export { demo_memory } from './demo/demo-memory.js';
export { demo_noop } from './demo/demo-noop.js';
export { demo_shared } from './demo/demo-shared.js';
export { demo_steps } from './demo/demo-steps.js';
export { library_scan } from './acquisition/library-scan.js';
export { match_library } from './acquisition/match-library.js';
export { monitor_download } from './acquisition/monitor-download.js';
export { organize_files } from './acquisition/organize-files.js';
export { recently_added_check } from './acquisition/recently-added-check.js';
export { request } from './acquisition/request.js';
export { search_indexers } from './acquisition/search-indexers.js';
export { fire } from './jobs/fire.js';
