import { bundleBare, startBare, type Bare } from '../bare/bare.js';
import { startSet, type ServiceSet } from '../stage/service-set.js';

const NAMESPACE = 'longplay';

/** What the parts of the jobs bench share: one service, and a yardstick on its Temporal server. */
export interface JobsStage {
  set: ServiceSet;
  /** The bare worker polls the server, so it lives only while it is measured. */
  withBare: <Result>(work: (bare: Bare) => Promise<Result>) => Promise<Result>;
  close: () => Promise<void>;
}

export async function openJobsStage(): Promise<JobsStage> {
  const set = await startSet();
  let bundle: Promise<string> | undefined;
  let open: Bare | undefined;
  return {
    set,
    withBare: async (work) => {
      bundle ??= bundleBare(set.folder);
      open = await startBare({
        address: set.temporalAddress,
        namespace: NAMESPACE,
        bundle: await bundle,
      });
      try {
        return await work(open);
      } finally {
        await open.close();
        open = undefined;
      }
    },
    close: async () => {
      await open?.close();
      await set.remove();
    },
  };
}
