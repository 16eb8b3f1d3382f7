import { defineBench } from '../harness/bench.js';
import { cancel } from './cancel.js';
import { idle } from './idle.js';
import { lists, stats } from './million.js';
import { secondStart } from './second-start.js';
import { openJobsStage } from './stage.js';
import { startDelay } from './start-delay.js';
import { stateStream } from './state-stream.js';
import { versionsOf } from '../stage/versions.js';
import { takeover } from './takeover.js';
import { throughput } from './throughput.js';

/** The job contract against what it stands on: bare Temporal and bare Postgres. */
export const jobsBench = defineBench({
  name: 'jobs',
  summary: 'What the job contract costs: start, throughput, takeover, cancel, lists, events, memory',
  open: async () => {
    const stage = await openJobsStage();
    return { stage, machine: await versionsOf(stage.set), close: stage.close };
  },
  parts: [startDelay, throughput, cancel, stateStream, secondStart, takeover, idle, lists, stats],
});
