import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { capabilities } from '../../../src/api/schemas/capability.js';
import { leaseNeeds } from '../../../src/domain/jobs/leases.js';
import type { Capabilities } from '../../../src/domain/media/capabilities.js';
import { recordCapabilities } from '../../../src/store/media/capabilities.js';
import { registerWorker } from '../../../src/store/workers.js';
import { withCard } from '../../../src/workers/hardware-watch.js';
import { runCli } from '../../cli/run-cli.js';
import { startTestApi, type TestApi } from '../../support/api.js';

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
});

afterAll(() => api.stop());

const UNTIL = '2027-01-02T03:14:05.000Z';
const capacity = leaseNeeds({ vramMb: 16_000, encoderSessions: 3, cpuTokens: 8 });
const found: Capabilities = {
  probedAt: '2027-01-02T03:04:05.000Z',
  encoders: [
    {
      ...{
        encoder: 'nvenc',
        name: 'h264_nvenc',
        device: '0',
        usable: true,
        reason: null,
        rateControl: 'quality',
      },
      decoders: [{ codec: 'hevc', bitDepth: 10, frames: 'card', usable: true, reason: null }],
    },
    {
      ...{ encoder: 'vaapi', name: 'h264_vaapi', device: '/dev/dri/renderD128', rateControl: 'quality' },
      ...{ usable: false, reason: 'No VA display found', decoders: [] },
    },
  ],
  filters: [{ name: 'tone mapping (zscale)', usable: true, reason: null }],
  quarantine: { since: '2027-01-02T03:04:05.000Z', until: UNTIL, reason: 'FFmpeg hung' },
};

const run = async (...args: string[]): Promise<string> =>
  (await runCli(args, { url: api.url, environment: { LONGPLAY_TOKEN: api.tokens.viewer } })).stdout;

describe('GET /api/media/capabilities and longplay media capabilities', () => {
  it('show what each host encodes and why not, and how long its card is left alone', async () => {
    const { db } = api.parts;
    const empty = await api.send('GET', '/api/media/capabilities', { token: api.tokens.viewer });
    expect(empty).toMatchObject({ status: 200, body: { workers: [] } });
    expect(await run('media', 'capabilities')).toContain('No worker is alive that encodes');
    const worker = { processId: 1, role: 'gpu', queues: { 'gpu-encode': 2 }, host: 'attic' };
    for (const id of ['attic', 'new']) await registerWorker(db, { ...worker, id, capacity });
    const given = withCard(capacity, found, { vramIsDeclared: true });
    await recordCapabilities(db, { workerId: 'attic', capacity: given, capabilities: found });
    const { body } = await api.send('GET', '/api/media/capabilities', { token: api.tokens.viewer });
    expect(capabilities.parse(body)).toEqual({
      workers: [{ worker: 'attic', host: 'attic', role: 'gpu', ...found }],
    });
    const shown = await run('media', 'capabilities');
    expect(shown).toContain(`Its card is not used until ${UNTIL}: FFmpeg hung`);
    expect(shown).toMatch(/h264_nvenc +0 +yes +hevc \(10 bit\)/);
    expect(shown).toMatch(/h264_vaapi +\/dev\/dri\/renderD128 +no +No VA display found/);
    expect(await run('resources')).toMatch(new RegExp(`attic .*not used until ${UNTIL}`));
  });

  it('give no encoder sessions of a card that is left alone, or that does not encode', () => {
    expect(withCard(capacity, { ...found, quarantine: null }, { vramIsDeclared: false })).toEqual(capacity);
    expect(withCard(capacity, found, { vramIsDeclared: true })).toEqual({ ...capacity, encoderSessions: 0 });
    const none = { ...capacity, encoderSessions: 0, vramMb: 0 };
    expect(withCard(capacity, found, { vramIsDeclared: false })).toEqual(none);
    expect(withCard(capacity, undefined, { vramIsDeclared: false })).toEqual(none);
  });
});
