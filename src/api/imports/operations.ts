import { ZodError } from 'zod';

import { Fault, normalizeError } from '../../domain/faults.js';
import { ARRS } from '../../domain/moving-in/arr.js';
import { planImport } from '../../domain/moving-in/plan.js';
import type { PlanItem } from '../../domain/moving-in/plan-item.js';
import { eachAtMost } from '../../domain/each-at-most.js';
import type { Principal } from '../access/principal.js';
import type { ApiContext } from '../context.js';
import { defineOperation } from '../http/operation.js';
import { HttpProblem } from '../http/problem.js';
import { importBody, importParams, importResult } from '../schemas/import.js';
import { applyChange } from './apply.js';
import { createWishes, readPresent } from './present.js';

/** Thousands of wanted items come in pages; each answer has a deadline of its own. */
const READ_MS = 120_000;
/** Requests alone are many; settings follow one another anyway. */
const REQUESTS_AT_ONCE = 4;

export const importOperation = defineOperation({
  id: 'import',
  tag: 'imports',
  summary: 'Moves in from Sonarr, Radarr, Readarr or Prowlarr: shows the plan, and does it with dryRun false',
  params: importParams,
  body: importBody,
  responses: { 200: { description: 'What becomes of each thing', schema: importResult } },
  refusals: [502],
  handle: async (context, { params: { kind }, body, principal }) => {
    const app = context.integrations.arrApp({ kind, baseUrl: body.url, apiKey: body.apiKey });
    const contents = await app.read(AbortSignal.timeout(READ_MS));
    const plan = planImport(contents, await readPresent(context.db), createWishes(context.roots, body));
    const chosen = plan.filter(({ part }) => body.parts === undefined || body.parts.includes(part));
    const items = body.dryRun ? chosen.map(planned) : await applyAll(context, chosen, principal);
    const counts = count(items);
    const { product } = ARRS[kind];
    return {
      status: 200,
      body: { product, version: contents.version, dryRun: body.dryRun, items, counts },
      audit: { target: kind, detail: { host: new URL(body.url).host, dryRun: body.dryRun, ...counts } },
    };
  },
});

type Told = Omit<PlanItem, 'change'> & { outcome: 'planned' | 'done' | 'failed' | null };

function planned({ change, ...item }: PlanItem): Told {
  return { ...item, outcome: change === null ? null : 'planned' };
}

/** In the order of the parts, since later ones build on earlier ones; what fails is told and keeps nothing else. */
async function applyAll(
  context: ApiContext,
  items: readonly PlanItem[],
  principal: Principal,
): Promise<Told[]> {
  const told = items.map(planned);
  const work = [...items.entries()];
  const one = async ([at, item]: (typeof work)[number]): Promise<void> => {
    if (item.change !== null) told[at] = await applyOne(context, item, principal);
  };
  await eachAtMost(
    1,
    work.filter(([, { part }]) => part !== 'requests'),
    one,
  );
  await eachAtMost(
    REQUESTS_AT_ONCE,
    work.filter(([, { part }]) => part === 'requests'),
    one,
  );
  return told;
}

async function applyOne(
  context: ApiContext,
  { change, ...item }: PlanItem,
  principal: Principal,
): Promise<Told> {
  if (change === null) return { ...item, outcome: null };
  try {
    await applyChange(context, change, principal);
    return { ...item, outcome: 'done' };
  } catch (error) {
    if (error instanceof HttpProblem && error.kind === 'already_there') {
      return { ...item, action: 'exists', detail: error.message, outcome: null };
    }
    return { ...item, ...failureOf(context, item.id, error), outcome: 'failed' };
  }
}

const AGAIN = 'Run the import again: what is done is not done twice';

function failureOf({ log }: ApiContext, id: string, error: unknown): { detail: string; remedy: string } {
  if (error instanceof Fault || error instanceof HttpProblem) {
    return { detail: error.message, remedy: error.remedy ?? AGAIN };
  }
  if (error instanceof ZodError) {
    const wrong = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
    return {
      detail: `Longplay does not take it: ${wrong}`,
      remedy: 'Change it there, or add it here by hand',
    };
  }
  log.error({ item: id, err: normalizeError(error) }, 'an item could not be imported');
  return { detail: 'Longplay made a mistake: see the log', remedy: AGAIN };
}

function count(items: readonly Told[]) {
  const number = (is: (item: Told) => boolean): number => items.filter(is).length;
  return {
    toDo: number(({ outcome }) => outcome === 'planned'),
    done: number(({ outcome }) => outcome === 'done'),
    failed: number(({ outcome }) => outcome === 'failed'),
    existing: number(({ action }) => action === 'exists'),
    asking: number(({ action }) => action === 'ask'),
    left: number(({ action }) => action === 'leave'),
  };
}
