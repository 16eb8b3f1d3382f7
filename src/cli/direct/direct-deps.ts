import type { ActivityDeps } from '../../activities/deps.js';
import { catalogue } from '../../catalogue/index.js';
import type { Config } from '../../config.js';
import { Fault } from '../../domain/faults.js';
import { createIntegrations } from '../../integrations/create.js';
import { createRoots } from '../../integrations/files/roots.js';
import type { Log } from '../../jobs/deps.js';
import { mediaToolsOf } from '../media-tools.js';

/** What steps may use without a server; folders and programs are prepared once a step asks for them. */
export function createDirectDeps(config: Config, log: Log): ActivityDeps {
  const { roots, dataFolder } = config;
  return {
    log,
    catalogue,
    workerId: 'direct',
    db: absent('the database') as ActivityDeps['db'],
    temporal: absent('Temporal') as ActivityDeps['temporal'],
    seal: absent('the stored secrets') as ActivityDeps['seal'],
    integrations: createIntegrations(),
    roots: onceAsked(() => createRoots(roots, { madeBelow: dataFolder })),
    hardware: absent('the encoders') as ActivityDeps['hardware'],
    media: onceAsked(() => mediaToolsOf(config)),
  };
}

/** A part that --direct has not: handing it on is harmless, asking anything of it is a Fault that says so. */
function absent(what: string): object {
  return new Proxy(
    {},
    {
      get: (_part, name) => {
        // Promises and logs look at what they are given; that is no use of it.
        if (typeof name === 'symbol' || name === 'then' || name === 'toJSON') return undefined;
        throw new Fault('defect', `A step asked for ${what} (${name}), and --direct has none`, {
          remedy: 'Start Longplay ("longplay up") and create the job without --direct',
        });
      },
    },
  );
}

function onceAsked<Part extends object>(make: () => Part): Part {
  let made: Part | undefined;
  return new Proxy({} as Part, {
    get: (_part, name) => Reflect.get((made ??= make()), name) as unknown,
  });
}
