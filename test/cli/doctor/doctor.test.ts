import { createServer } from 'node:net';
import { once } from 'node:events';

import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import { runCli } from '../run-cli.js';

const report = z.object({
  healthy: z.boolean(),
  findings: z.array(
    z.object({
      name: z.string(),
      state: z.enum(['ok', 'advice', 'broken']),
      where: z.string().nullable(),
      detail: z.string(),
      remedy: z.string().nullable(),
    }),
  ),
});

/** Nothing listens there. */
const NOWHERE = 'http://127.0.0.1:9';

async function examine(environment: Record<string, string> = {}): Promise<{
  status: number;
  report: z.output<typeof report>;
  stdout: string;
}> {
  const { status, stdout } = await runCli(['doctor', '--json'], { url: NOWHERE, environment });
  return { status, stdout, report: report.parse(JSON.parse(stdout)) };
}

describe('longplay doctor', () => {
  it('works without any server, and has a remedy for everything that is not well', async () => {
    const { status, report: told } = await examine({
      PATH: '/nowhere',
      TEMPORAL_CLI_PATH: '/nowhere/temporal',
    });
    expect(told.healthy).toBe(false);
    expect(status).toBe(1);
    const names = told.findings.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['Node.js', 'data folder', 'FFmpeg', 'PostgreSQL', 'Longplay']),
    );
    for (const { state, remedy } of told.findings) expect(remedy === null).toBe(state === 'ok');
  });

  it('tells servers that do not answer, without their passwords', async () => {
    const { report: told, stdout } = await examine({
      DATABASE_URL: 'postgres://user:hunter2@127.0.0.1:9/house',
      TEMPORAL_ADDRESS: '127.0.0.1:9',
    });
    expect(told.findings).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'PostgreSQL', state: 'broken', where: '127.0.0.1:9/house' }),
        expect.objectContaining({ name: 'Temporal server', state: 'broken', where: '127.0.0.1:9' }),
      ]),
    );
    expect(stdout).not.toContain('hunter2');
  }, 30_000);

  it('tells that another program has the port', async () => {
    const other = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(other, 'listening');
    try {
      const address = other.address();
      const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
      const { report: told } = await examine({ LONGPLAY_PORT: String(port) });
      expect(told.findings.find(({ name }) => name === 'Longplay')).toMatchObject({
        state: 'advice',
        remedy: expect.stringContaining('LONGPLAY_PORT'),
      });
    } finally {
      other.close();
    }
  });
});
