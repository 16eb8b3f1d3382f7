import { fileURLToPath } from 'node:url';

import { bundleWorkflowCode, type WorkflowBundleWithSourceMap } from '@temporalio/worker';

/** Bundles all stories and the interceptors; done once per build, never at start (temporal.md §17). */
export function bundleWorkflows(): Promise<WorkflowBundleWithSourceMap> {
  return bundleWorkflowCode({
    workflowsPath: source('workflows/index'),
    workflowInterceptorModules: [source('workflows/jobs/interceptors')],
  });
}

/** The same folder layout in src (tests) and dist (the built service). */
function source(name: string): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return fileURLToPath(new URL(`../${name}.${extension}`, import.meta.url));
}
