import path from 'node:path';

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { ENVIRONMENT, loadConfig } from '../src/config.js';
import { Fault } from '../src/domain/faults.js';

const NAMES = Object.keys(ENVIRONMENT.shape);

function refusal(environment: Record<string, string>): Fault {
  try {
    loadConfig(environment);
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error('Expected the environment to be refused');
}

describe('loadConfig', () => {
  it('has a default for everything', () => {
    const config = loadConfig({});
    expect(config).toMatchObject({
      dataFolder: path.resolve('data'),
      host: '127.0.0.1',
      port: 4100,
      logLevel: 'info',
      databaseUrl: undefined,
      temporal: { address: undefined, namespace: 'longplay', tls: false },
      programs: { ffmpeg: 'ffmpeg', ffprobe: 'ffprobe', aria2: 'aria2c' },
      slots: { workflows: 40, io: 50, cpu: 5, admin: 4 },
      shutdownGraceMs: 5_000,
    });
    expect(config.roots).toMatchObject({
      library: path.resolve('data/library'),
      scratch: path.resolve('data/scratch'),
    });
  });

  it('reads how long FFmpeg may be silent, each part for itself', () => {
    expect(loadConfig({}).ffmpeg).toEqual({ niceness: 10 });
    const { ffmpeg } = loadConfig({ LONGPLAY_STALL_SECONDS: 'work=600,start=30', LONGPLAY_NICE: '0' });
    expect(ffmpeg).toEqual({ niceness: 0, workMs: 600_000, startMs: 30_000 });
    for (const LONGPLAY_STALL_SECONDS of [
      '60',
      'start=0',
      'work=5 min',
      'end=60',
      'start=1,',
      'start=1work=2',
      'work=1,work=2',
    ])
      expect(refusal({ LONGPLAY_STALL_SECONDS }).message).toContain(
        'LONGPLAY_STALL_SECONDS: expected start=',
      );
  });

  it('takes an empty or blank variable for one that is not set', () => {
    for (const text of ['', ' ', '\t\n']) {
      expect(loadConfig(Object.fromEntries(NAMES.map((name) => [name, text])))).toEqual(loadConfig({}));
    }
  });

  it('lists everything that is wrong at once, with what was expected and what came', () => {
    const { kind, message, remedy } = refusal({
      LONGPLAY_PORT: '70000',
      LONGPLAY_LOG_LEVEL: 'loud',
      LONGPLAY_SLOTS_IO: '0',
      LONGPLAY_SLOTS_CPU: 'many',
      LONGPLAY_SHUTDOWN_GRACE_MS: '-1',
      LONGPLAY_URL: 'localhost:4100',
      TEMPORAL_TLS: 'yes',
      TEMPORAL_ADDRESS: 'https://temporal',
      TEMPORAL_UI_URL: 'temporal',
      DATABASE_URL: 'mysql://user:hunter2@host/db',
    });
    expect(kind).toBe('bad_input');
    expect(remedy).toContain('docs/configuration.md');
    expect(message.split('\n').slice(1).sort()).toEqual([
      '  DATABASE_URL: expected an address that begins with postgres://, got another text',
      '  LONGPLAY_LOG_LEVEL: Invalid option: expected one of "debug"|"info"|"warn"|"error"|"silent", got "loud"',
      '  LONGPLAY_PORT: expected a whole number from 0 to 65535, got "70000"',
      '  LONGPLAY_SHUTDOWN_GRACE_MS: expected a whole number from 0 to 600000, got "-1"',
      '  LONGPLAY_SLOTS_CPU: expected a whole number from 1 to 1000, got "many"',
      '  LONGPLAY_SLOTS_IO: expected a whole number from 1 to 1000, got "0"',
      '  LONGPLAY_URL: expected an address that begins with http:// or https://, got "localhost:4100"',
      '  TEMPORAL_ADDRESS: expected host:port, as 127.0.0.1:7233, got "https://temporal"',
      '  TEMPORAL_TLS: Invalid option: expected one of "true"|"false", got "yes"',
      '  TEMPORAL_UI_URL: expected an address that begins with http:// or https://, got "temporal"',
    ]);
  });

  it('reads a port as digits and nothing else', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(text.trim() !== '');
        const isPort = /^\d+$/.test(text.trim()) && Number(text) <= 65_535;
        if (isPort) expect(loadConfig({ LONGPLAY_PORT: text }).port).toBe(Number(text));
        else expect(() => loadConfig({ LONGPLAY_PORT: text })).toThrow('LONGPLAY_PORT');
      }),
      { examples: [['0'], ['65535'], ['65536'], ['0x10'], ['1e3'], [' 80 '], ['-0'], ['8.0']] },
    );
  });

  it.each(['postgres://u:p@h:5432/d', 'postgresql:///d?host=/run/postgresql'])(
    'takes the database %s',
    (url) => {
      expect(loadConfig({ DATABASE_URL: url }).databaseUrl).toBe(url);
    },
  );

  it.each(['127.0.0.1:7233', 'temporal:7233', '[::1]:7233', 'ns.a1b2.tmprl.cloud:7233'])(
    'takes the Temporal server %s',
    (address) => {
      expect(loadConfig({ TEMPORAL_ADDRESS: address }).temporal.address).toBe(address);
    },
  );

  it('makes relative folders absolute, and keeps roots that are given apart from the data folder', () => {
    const config = loadConfig({ LONGPLAY_DATA: 'elsewhere', MEDIA_LIBRARY_PATH: '/media/books' });
    expect(config.dataFolder).toBe(path.resolve('elsewhere'));
    expect(config.roots.library).toBe('/media/books');
    expect(config.roots.downloads).toBe(path.resolve('elsewhere/downloads'));
  });
});
