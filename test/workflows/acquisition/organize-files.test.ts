import { describe, expect, it } from '@jest/globals';

import type { ImportPreview } from '../../../src/activities/acquisition/preview-import.js';
import type { ChildOutcome } from '../../../src/domain/jobs/job-input.js';
import {
  organize_files,
  type OrganizeFilesParams,
  type OrganizeFilesResult,
} from '../../../src/workflows/acquisition/organize-files.js';
import type { Job } from '../../../src/workflows/jobs/job.js';

const FILED = { folder: 'Author/Book', files: 5, mode: 'hardlink' };
const MERGED = { status: 'completed', jobId: 'merge_chapters-1', result: {} } as const;

/** A job whose steps answer at once. */
async function organize(own: {
  dryRun?: boolean;
  steps?: string[];
  wished?: boolean;
  merged?: ChildOutcome;
}): Promise<{ result: OrganizeFilesResult | ImportPreview; children: unknown[] }> {
  const { dryRun, steps = ['planImport', 'importFiles', 'wishMerge'], wished = true, merged = MERGED } = own;
  const children: unknown[] = [];
  const job = {
    params: {
      downloadId: 'dl-1',
      libraryId: 'library',
      item: { mediaType: 'audiobook', title: 'Book' },
      dryRun,
    },
    input: { policy: { steps: Object.fromEntries(steps.map((name) => [name, {}])) } },
    compensation: { push: () => undefined },
    steps: () => ({
      planImport: () => Promise.resolve(),
      previewImport: () => Promise.resolve({ dryRun: true }),
      importFiles: () => Promise.resolve(FILED),
      wishMerge: () => Promise.resolve({ merge: wished }),
    }),
    child: (type: string, params: unknown) => {
      children.push({ type, params });
      return Promise.resolve(merged);
    },
  };
  const result = await organize_files(job as unknown as Job<OrganizeFilesParams>);
  return { result, children };
}

describe('organize_files', () => {
  it('merges what the library wants as one file', async () => {
    expect(await organize({})).toEqual({
      result: { ...FILED, files: 1 },
      children: [
        { type: 'merge_chapters', params: { libraryId: 'library', path: 'Author/Book', dryRun: false } },
      ],
    });
  });

  it('merges nothing that is not wanted, nor in a job from before merges', async () => {
    expect(await organize({ wished: false })).toEqual({ result: FILED, children: [] });
    expect(await organize({ steps: ['planImport', 'importFiles'] })).toEqual({ result: FILED, children: [] });
  });

  it('only looks when it is told to', async () => {
    expect(await organize({ dryRun: true })).toEqual({ result: { dryRun: true }, children: [] });
  });

  it('keeps the separate files with a warning when the merge fails', async () => {
    const error = { kind: 'bad_input', message: 'Expected sound in 3.mp3, it has none' } as const;
    const { result } = await organize({ merged: { status: 'failed', jobId: 'merge_chapters-1', error } });
    expect(result).toEqual({
      ...FILED,
      warning: 'The files stay separate: Expected sound in 3.mp3, it has none',
    });
  });
});
