import { Fault } from '../../domain/faults.js';
import { requireOnline, rootState } from '../acquisition/root-state.js';
import type { ActivityDeps } from '../deps.js';
import { checkDisks, firstPlace } from './source-gone.js';

export type MoveDeps = Pick<ActivityDeps, 'db' | 'roots'>;

/**
 * Before anything is written below a library directory.
 * @throws Fault environment (mount_gone) while its disk is away, bad_input where nobody has made its first folder.
 */
export async function requireTarget(deps: MoveDeps, directory: string): Promise<void> {
  const first = firstPlace('library', directory);
  const { state } = await rootState(deps, first);
  if (state === 'absent') {
    throw new Fault('bad_input', `Expected the directory ${first}, it is not there`, {
      remedy: 'Make it below the root library, or name one that is there by targetDirectory',
    });
  }
  await requireOnline(deps, { root: first });
  await checkDisks(deps, 'library', directory);
}
