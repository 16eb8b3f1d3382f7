import { describe, expect, it } from '@jest/globals';

import { servedBy, type Served } from '../../src/cli/served.js';
import { loadConfig } from '../../src/config.js';
import { leaseNeeds } from '../../src/domain/jobs/leases.js';

const CORES = 8;

const served = (asked: Served, environment: Record<string, string> = {}) =>
  servedBy(loadConfig(environment), asked, CORES);

describe('what a process serves and has', () => {
  it('is all of it for "up", with all cores', () => {
    const { queues, capacity } = served({ roles: ['core', 'cpu', 'gpu'] });
    expect(Object.keys(queues)).toEqual(['workflows', 'io', 'admin', 'cpu', 'gpu-encode', 'gpu-ai']);
    expect([queues['cpu'], queues['gpu-encode'], queues['gpu-ai']]).toEqual([5, 2, 1]);
    expect(capacity).toEqual({ vramMb: 16_000, encoderSessions: 3, aiSlots: 1, cpuTokens: 8 });
  });

  it('is half of the cores for one of the two roles that use them, unless it is told', () => {
    expect(served({ roles: ['cpu'] }).capacity).toEqual(leaseNeeds({ cpuTokens: 4 }));
    expect(served({ roles: ['cpu'] }, { LONGPLAY_CPU_TOKENS: '7' }).capacity.cpuTokens).toBe(7);
    expect(served({ roles: ['core'] }).capacity).toEqual(leaseNeeds({}));
  });

  it('is one queue of the GPU where only that is asked for, and the AI slots go with theirs', () => {
    const { queues, capacity } = served(
      { roles: ['gpu'], gpuQueues: ['gpu-encode'] },
      { LONGPLAY_SLOTS_GPU_ENCODE: '3', LONGPLAY_VRAM_MB: '0', LONGPLAY_ENCODER_SESSIONS: '0' },
    );
    expect(queues).toEqual({ 'gpu-encode': 3 });
    expect(capacity).toEqual(leaseNeeds({ cpuTokens: 4 }));
  });

  it('is nothing of the GPU where another process owns it', () => {
    const { roles, queues, capacity } = served({ roles: ['core', 'cpu', 'gpu'], gpuQueues: [] });
    expect(roles).toEqual(['core', 'cpu']);
    expect(Object.keys(queues)).not.toContain('gpu-encode');
    expect(capacity.vramMb).toBe(0);
  });
});
