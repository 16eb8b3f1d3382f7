/** Workflows of ours that are no jobs: no row, no claim, no type in the catalogue. `fire`: jobs.md §4 "Schedules". */
export const WORKFLOWS_WITHOUT_JOB: readonly string[] = ['fire'];
