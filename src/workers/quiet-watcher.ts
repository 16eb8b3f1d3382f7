import { openLibraryServer } from '../activities/acquisition/connect.js';
import type { ActivityDeps } from '../activities/deps.js';
import type { QuietFacts } from '../domain/jobs/quiet.js';
import { withDeadline } from '../integrations/deadline.js';
import { applyQuiet } from '../jobs/quiet/apply.js';
import { listLibraries } from '../store/acquisition/libraries.js';
import { listQuietRules } from '../store/quiet.js';
import { startLeaderLoop, type LeaderLoop } from './leader-loop.js';
import { createOtherLoad } from './other-load.js';

const QUIET_LOCK = 4_100_032;
const LOOK_MS = 20_000;
const CALL_MS = 10_000;

/** The loop of `core` that looks whether it is to be quiet, and brings queues and jobs to it. */
export function startQuietWatcher(deps: ActivityDeps): LeaderLoop {
  const load = createOtherLoad();
  return startLeaderLoop({
    name: 'quiet watcher',
    lock: QUIET_LOCK,
    everyMs: LOOK_MS,
    listen: ['longplay_quiet'],
    db: deps.db,
    log: deps.log,
    pass: async () => {
      const kinds = new Set((await listQuietRules(deps.db)).map(({ when }) => when.kind));
      const facts: QuietFacts = { now: new Date() };
      if (kinds.has('load')) {
        const otherLoad = await load.sample();
        if (otherLoad !== undefined) facts.otherLoad = otherLoad;
      }
      if (kinds.has('watching')) {
        const watching = await countWatching(deps);
        if (watching !== undefined) facts.watching = watching;
      }
      await applyQuiet(deps, facts);
    },
  });
}

/** Over all media servers; undefined where none of them could tell. */
async function countWatching(deps: ActivityDeps): Promise<number | undefined> {
  const libraries = (await listLibraries(deps.db)).filter(({ enabled }) => enabled);
  const told = await Promise.all(
    libraries.map(async (library) => {
      const server = openLibraryServer(deps, library);
      if (server === undefined) return [];
      const call = { signal: new AbortController().signal, timeoutMs: CALL_MS };
      return withDeadline(call, (signal) => server.watching(signal)).then(
        (count) => [count],
        (error: unknown) => {
          deps.log.warn({ library: library.id, err: error }, 'a media server does not tell who watches');
          return [];
        },
      );
    }),
  );
  const counts = told.flat();
  // Several libraries of one server count the same people: the most of them is enough to know.
  return counts.length === 0 ? undefined : Math.max(...counts);
}
