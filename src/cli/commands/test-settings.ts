import { z } from 'zod';

import { setting, testResult, type Setting } from '../answers.js';
import type { HttpClient } from '../http-client.js';
import { SETTING_KINDS, type SettingKind } from './setting-kinds.js';

export type SettingTest = z.output<typeof testResult> & { id: string };

export async function listSettings(client: HttpClient, kind: SettingKind): Promise<Setting[]> {
  const { path, list } = SETTING_KINDS[kind];
  const answer = z.looseObject({ [list]: z.array(setting) });
  return (await client.send({ path, answer }))[list] ?? [];
}

/** All at once: each waits for another system. */
export async function testSettings(
  client: HttpClient,
  kind: SettingKind,
  ids: string[],
): Promise<SettingTest[]> {
  return Promise.all(
    ids.map(async (id) => {
      const path = `${SETTING_KINDS[kind].path}/${encodeURIComponent(id)}/test`;
      return { id, ...(await client.send({ method: 'POST', path, answer: testResult })) };
    }),
  );
}
