import { z } from 'zod';

import type { Config } from '../../config.js';
import { normalizeError } from '../../domain/faults.js';
import { isPortFree } from '../../embedded/ports.js';
import { readiness } from '../answers.js';
import { SETTING_KINDS, type SettingKind } from '../commands/setting-kinds.js';
import { listSettings, testSettings } from '../commands/test-settings.js';
import type { HttpClient } from '../http-client.js';
import { RefusedError } from '../problem.js';
import { checkHealth } from './check-health.js';
import { ok, wrong, type Finding } from './finding.js';

type ListenSettings = Pick<Config, 'host' | 'port'>;

/** Longplay itself, and through it all that it is configured with; where it does not run, its port. */
export async function checkLongplay(client: HttpClient, config: ListenSettings): Promise<Finding[]> {
  const ready = await client
    .send({ path: '/readyz', alsoAccept: 503, answer: readiness })
    .catch(() => undefined);
  if (ready === undefined) return [await checkPort(config)];
  const kinds = Object.keys(SETTING_KINDS) as SettingKind[];
  const settings = await Promise.all(kinds.map((kind) => checkSettings(client, kind)));
  const [troubles, health] = await Promise.all([checkTroubles(client), checkHealth(client)]);
  return [...readinessFindings(client.baseUrl, ready.checks), ...troubles, ...health, ...settings.flat()];
}

const troubleList = z.looseObject({
  findings: z.array(
    z.looseObject({
      kind: z.string(),
      subject: z.string(),
      message: z.string(),
      remedy: z.string().nullish(),
    }),
  ),
});

/** What Longplay has found out itself and cannot mend alone. */
async function checkTroubles(client: HttpClient): Promise<Finding[]> {
  const { findings } = await client
    .send({ path: '/api/findings', answer: troubleList })
    .catch(() => ({ findings: [] }));
  return findings.map(({ kind, subject, message, remedy }) =>
    wrong(`${kind.replaceAll('_', ' ')}: ${subject}`, {
      state: kind === 'row_recovered' || kind === 'older_copy' ? 'advice' : 'broken',
      detail: message,
      remedy: remedy ?? 'See the log of Longplay',
    }),
  );
}

function readinessFindings(
  where: string,
  checks: Record<string, { ok: boolean; detail: string }>,
): Finding[] {
  const parts = Object.entries(checks).map(([part, { ok: good, detail }]) =>
    good
      ? ok(`Longplay: ${part}`, { detail })
      : wrong(`Longplay: ${part}`, {
          state: 'broken',
          detail,
          remedy: 'It reconnects by itself; if it does not, see the log of "longplay up"',
        }),
  );
  return [ok('Longplay', { where, detail: 'runs' }), ...parts];
}

async function checkPort({ host, port }: ListenSettings): Promise<Finding> {
  const where = `${host}:${port}`;
  if (await isPortFree(port, host))
    return ok('Longplay', { where, detail: 'does not run; its port is free' });
  return wrong('Longplay', {
    state: 'advice',
    where,
    detail: 'does not run, and another program listens on its port',
    remedy: 'Set LONGPLAY_PORT to a free port; without it one is chosen at the start',
  });
}

async function checkSettings(client: HttpClient, kind: SettingKind): Promise<Finding[]> {
  const { many } = SETTING_KINDS[kind];
  try {
    const settings = (await listSettings(client, kind)).filter(({ enabled }) => enabled);
    if (settings.length === 0) return [noneOf(kind)];
    const ids = settings.map(({ id }) => id);
    const tests = await testSettings(client, kind, ids);
    return tests.map((test) =>
      test.ok
        ? ok(`${kind} ${test.id}`, { detail: test.detail })
        : wrong(`${kind} ${test.id}`, {
            state: 'broken',
            detail: test.detail,
            remedy: test.remedy ?? `Check it: longplay ${kind} test ${test.id}`,
          }),
    );
  } catch (error) {
    return [
      wrong(many, {
        state: 'advice',
        detail: `could not be tested: ${normalizeError(error).message}`,
        remedy:
          error instanceof RefusedError
            ? 'Set LONGPLAY_TOKEN to a token of an operator'
            : 'Run "longplay doctor" again',
      }),
    ];
  }
}

function noneOf(kind: SettingKind): Finding {
  return wrong(SETTING_KINDS[kind].many, {
    state: 'advice',
    detail: 'none is configured',
    remedy: `Add one: longplay ${kind} add --help`,
  });
}
