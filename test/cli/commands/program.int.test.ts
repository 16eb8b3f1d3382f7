import { Readable } from 'node:stream';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Command } from 'commander';
import { z } from 'zod';

import { createProgram } from '../../../src/cli/program.js';
import { loadConfig } from '../../../src/config.js';
import { registerWorker } from '../../../src/store/workers.js';
import { startTestApi, type TestApi } from '../../support/api.js';
import { fingerprint } from '../../support/fingerprint.js';
import { catchStream, runCli, type Ran } from '../run-cli.js';

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
});

afterAll(() => api.stop());

const nothing = (): Promise<void> => Promise.resolve();
const program = createProgram({
  ...{ up: nothing, demo: nothing, api: nothing, worker: nothing, setExitStatus: () => undefined },
  ...{ env: loadConfig({}), version: '1.2.3', stdin: Readable.from([]) },
  ...{ stdout: catchStream().stream, stderr: catchStream().stream },
});

/** Every command that does something, with the words that lead to it, from the program itself. */
function leavesOf(command: Command, words: string[] = []): { words: string[]; command: Command }[] {
  if (command.commands.length === 0) return [{ words, command }];
  return command.commands.flatMap((inner) => leavesOf(inner, [...words, inner.name()]));
}

const leaves = leavesOf(program).map(({ words, command }) => ({ line: words.join(' '), words, command }));
/** Those that talk with a Longplay that runs elsewhere, and can do nothing without it. */
const talking = leaves.filter(({ line }) => !['up', 'demo', 'api', 'worker', 'doctor'].includes(line));

/** The command with something for each argument that it needs. */
/** What a command needs, though it can be given in more than one way. */
const NEEDED: Record<string, string[]> = {
  import: ['key-of-nobody'],
  'notify add': ['ntfy://127.0.0.1:1/topic'],
  'library recycle restore': ['recycled-00000000'],
  'library recycle empty': ['--yes'],
  'library delete': ['--yes'],
};

function filled({ words, command }: { words: string[]; command: Command }): string[] {
  const values: Record<string, string> = {
    priority: '5',
    action: 'pause',
    address: 'http://127.0.0.1:1/api',
    root: 'library:',
    release: '0',
    json: '{}',
    entry: '1',
    program: 'sonarr',
  };
  const given = command.registeredArguments.filter(({ required }) => required);
  const needed = NEEDED[words.join(' ')] ?? [];
  return [...words, ...given.map((argument) => values[argument.name()] ?? 'none-00000000'), ...needed];
}

const run = (argv: string[], token: string = api.tokens.super_admin): Promise<Ran> =>
  runCli(argv, { url: api.url, environment: { LONGPLAY_TOKEN: token } });

const errorDocument = z.strictObject({
  error: z.looseObject({ title: z.string(), remedy: z.string().optional() }),
});

describe.each(leaves)('longplay $line', ({ words, command }) => {
  it('explains itself, each argument and each option', async () => {
    const { status, stdout, stderr } = await runCli([...words, '--help']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain(`Usage: longplay ${words.join(' ')}`);
    for (const part of [...command.options, ...command.registeredArguments])
      expect(part.description).not.toBe('');
  });

  it('suggests the option that was meant, and does nothing', async () => {
    const { status, stdout, stderr } = await run([...words, '--hepl']);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('Did you mean --help?');
    expect(stderr).toContain('What to do: ');
  });
});

describe.each(talking)('longplay $line', (leaf) => {
  it('says how to start Longplay when none runs, with exit status 3', async () => {
    const away = { url: 'http://127.0.0.1:5', environment: { LONGPLAY_TOKEN: 'lp_x' } };
    const told = await runCli(filled(leaf), away);
    expect({ status: told.status, stdout: told.stdout }).toEqual({ status: 3, stdout: '' });
    expect(told.stderr).toMatch(
      /^Error: Expected Longplay at http:\/\/127\.0\.0\.1:5, got: .+\n {2}What to do: .*longplay up/,
    );
    const document = await runCli([...filled(leaf), '--json'], away);
    expect({ status: document.status, stdout: document.stdout }).toEqual({ status: 3, stdout: '' });
    expect(errorDocument.parse(JSON.parse(document.stderr)).error.remedy).toContain('longplay up');
  });

  it('says where a token comes from when its own is refused, with exit status 4, and changes nothing', async () => {
    const before = await fingerprint(api.parts.db);
    const told = await run([...filled(leaf)], 'lp_stale');
    expect({ status: told.status, stdout: told.stdout }).toEqual({ status: 4, stdout: '' });
    expect(told.stderr).toContain('What to do: Set LONGPLAY_TOKEN');
    const document = await run([...filled(leaf), '--json'], 'lp_stale');
    expect(errorDocument.parse(JSON.parse(document.stderr)).error).toMatchObject({
      status: 401,
      remedy: expect.stringContaining('LONGPLAY_TOKEN'),
    });
    expect(await fingerprint(api.parts.db)).toBe(before);
  });

  it('refuses an address that is none, with exit status 2', async () => {
    const { status, stdout, stderr } = await run([...filled(leaf), '--url', 'nonsense']);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('got "nonsense"');
  });
});

describe('longplay', () => {
  it('shows its help and fails without a command, and within a group', async () => {
    for (const argv of [[], ['job']]) {
      const { status, stdout, stderr } = await run(argv);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toContain('Commands:');
    }
  });

  it.each([
    [['jobs'], 'Did you mean job?'],
    [['job', 'lst'], 'Did you mean list?'],
    [['nonsense'], "unknown command 'nonsense'"],
    [['job', 'show'], "missing required argument 'id'"],
    [['job', 'show', 'a', 'b'], 'too many arguments'],
    [['client', 'add', 'x', 'http://x', '--kind', 'napster'], 'Allowed choices are aria2, qbittorrent'],
    [['client', 'add', 'x', 'http://x', '--map', '/data'], 'Expected a mapping such as'],
    [
      ['client', 'add', 'x', 'http://x', '--stall-limit', 'slow=2h'],
      'Expected one of metadata, without-seeds',
    ],
    [['client', 'add', 'x', 'http://x', '--stall-limit', 'too-slow=soon'], 'Expected a time such as'],
    [['worker', 'tpu'], 'Allowed choices are core, cpu, gpu'],
    [['worker', 'gpu', '--queue', 'cpu'], 'Allowed choices are gpu-encode, gpu-ai'],
    [['worker', 'cpu', '--queue', 'gpu-ai'], 'Expected --queue with the role gpu only'],
    [['job', 'list', '--limit', '0'], 'Expected a whole number from 1 to 200'],
    [['job', 'priority', 'x', '11'], 'Expected a whole number from 1 to 10'],
    [
      ['library', 'add', 'x', 'library:', '--write-tags', 'links'],
      'Allowed choices are never, copies, always',
    ],
    [['request', 'add', 'x', '--type', 'painting'], 'Allowed choices are audiobook'],
    [['token', 'create', 'x', '--expires', 'tomorrow'], 'Expected a time such as'],
    [['job', 'create', 'demo_steps', '--params', '{count: 1}'], 'Quote it for your shell'],
    [['job', 'create', 'demo_steps', '--params', '[]'], 'got a list'],
    [
      ['job', 'create', 'demo_steps', '--params', '@/nowhere/params.json'],
      'Expected a file that can be read',
    ],
    [['job', 'types', 'nonsense'], '"longplay job types" lists them'],
  ])('ends %j with 2 and says %j', async (argv, words) => {
    const { status, stdout, stderr } = await run(argv);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(words);
  });

  it.each([
    [
      ['job', 'show', 'none-00000000'],
      ['Not found (404)', 'There is no job "none-00000000"', 'What to do: Check the id'],
    ],
    [
      ['job', 'list', '--status', 'sleeping'],
      ['query/status/0: ', '"paused"'],
    ],
    [
      ['job', 'create', 'nonsense'],
      ['/type: Expected a known job type, got "nonsense"', 'What to do: Known types: request'],
    ],
    [
      ['job', 'create', 'demo_steps', '--priority', 'soon', '--params', '{"count":1}'],
      ['/priority: expected a whole number from 1 to 10, or one of'],
    ],
    [['indexer', 'add', 'x', 'ftp://x'], ['/baseUrl: expected an http or https address']],
    [
      ['request', 'add', 'Emma'],
      ['there is none that is enabled', 'What to do: Add one'],
    ],
    [
      ['request', 'add', 'Some Show', '--type', 'episode', '--season', '1'],
      ['/item/episode: expected the number of the episode in its season'],
    ],
    [
      ['request', 'add', 'Metropolis', '--type', 'movie', '--imdb', '17136'],
      ['/item/imdbId: expected tt and its digits'],
    ],
    [['token', 'revoke', 'none'], ['There is no live token "none"']],
  ])('ends %j with 4 and says each thing once', async (argv, words) => {
    const { status, stdout, stderr } = await run(argv);
    expect({ status, stdout }).toEqual({ status: 4, stdout: '' });
    for (const word of words) expect(stderr.split(word)).toHaveLength(2);
  });

  it('lists the workers that are alive with what they serve, and says what starts one', async () => {
    expect((await run(['workers'])).stdout).toContain('No worker is alive. "longplay up"');
    const about = { host: 'attic', processId: 7, role: 'cpu', queues: { cpu: 5, io: 2 } };
    await registerWorker(api.parts.db, { id: 'attic-1', ...about });
    expect((await run(['workers'])).stdout).toMatch(/^attic-1 +attic +7 +cpu +\S+ +\S+ +io 2, cpu 5$/m);
    expect(JSON.parse((await run(['workers', '--json'])).stdout)).toMatchObject({ workers: [about] });
  });

  it('adds a download client of any product with its user, category and mappings', async () => {
    const address = 'http://127.0.0.1:9/qbt';
    const mappings = ['--map', '/data/a=b=downloads:a', '--map', '/data=downloads:'];
    const { status, stderr } = await run([
      ...['client', 'add', 'Box', address, '--kind', 'qbittorrent', '--username', 'me', '--untested'],
      ...['--category', 'books', ...mappings, '--stall-limit', 'without-seeds=90s'],
      ...['--stall-limit', 'too-slow=2d'],
    ]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const { stdout } = await run(['client', 'list', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      downloadClients: expect.arrayContaining([
        expect.objectContaining({
          ...{ id: 'box', kind: 'qbittorrent', baseUrl: address, username: 'me', category: 'books' },
          pathMappings: [
            { remote: '/data/a=b', logical: 'downloads:a' },
            { remote: '/data', logical: 'downloads:' },
          ],
          stallLimits: { withoutSeeds: 1.5, tooSlow: 2_880 },
        }),
      ]),
    });
  });

  it('adds an indexer with what is owed to it and how often it may be asked', async () => {
    const duties = ['--seed-ratio', '1.5', '--seed-time', '72h', '--grab-limit', '20', '--interval', '5s'];
    const added = await run(['indexer', 'add', 'Private', 'http://127.0.0.1:9/api', '--untested', ...duties]);
    expect(added).toMatchObject({ status: 0, stderr: '' });
    const { stdout } = await run(['indexer', 'list', '--json']);
    const wanted = {
      id: 'private',
      seedRatio: 1.5,
      seedMinutes: 4_320,
      grabLimit: 20,
      callIntervalMs: 5_000,
    };
    expect(JSON.parse(stdout)).toMatchObject({
      indexers: expect.arrayContaining([expect.objectContaining(wanted)]),
    });
  });

  it('adds a library that wants tags in all that can have them', async () => {
    const added = await run([
      'library',
      'add',
      'Tagged',
      'library:Tagged',
      '--write-tags',
      'always',
      '--untested',
    ]);
    expect(added).toMatchObject({ status: 0, stderr: '' });
    const { stdout } = await run(['library', 'list', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      libraries: expect.arrayContaining([expect.objectContaining({ id: 'tagged', writeTags: 'always' })]),
    });
  });

  it.each([
    {
      kind: 'indexer',
      at: '/api/indexers',
      body: {
        ...{ name: 'Old', kind: 'newznab', baseUrl: 'http://127.0.0.1:9/api', username: null, secret: 'key' },
        ...{ categories: [3030], priority: 3, minimumSeeders: 4, seedRatio: 1, seedMinutes: 60 },
        ...{ grabLimit: 5, callIntervalMs: 7_000, removeAfterProcessing: true, enabled: false },
      },
      options: ['--seed-time', '2h', '--no-remove-after-processing'],
      changed: { seedMinutes: 120, removeAfterProcessing: false },
      unset: ['grab-limit', 'category', 'secret'],
      without: { grabLimit: null, categories: [], hasSecret: false },
    },
    {
      kind: 'client',
      at: '/api/download-clients',
      body: {
        ...{
          name: 'Old',
          kind: 'qbittorrent',
          baseUrl: 'http://127.0.0.1:9/',
          username: 'me',
          secret: 'pass',
        },
        ...{ category: 'books', pathMappings: [{ remote: '/data', logical: 'downloads:' }], priority: 2 },
        ...{ stallLimits: { metadata: 5, tooSlow: 60 }, enabled: false },
      },
      options: ['--category', 'films', '--stall-limit', 'too-slow=4h'],
      changed: { category: 'films', stallLimits: { metadata: 5, tooSlow: 240 } },
      unset: ['map', 'username', 'stall-limit'],
      without: { pathMappings: [], username: null, stallLimits: {} },
    },
    {
      kind: 'library',
      at: '/api/libraries',
      body: {
        ...{ name: 'Old', kind: 'plex', root: 'library:Old', pathTemplate: '{title}', mediaTypes: ['ebook'] },
        ...{ baseUrl: 'http://127.0.0.1:9', secret: 'token', section: '4', qualityProfileId: null },
        ...{ pathMappings: [{ remote: '/b', logical: 'library:Old' }], tags: ['a'] },
        ...{ mergeChapters: true, writeTags: 'always', enabled: false },
      },
      options: ['--no-merge-chapters', '--tag', 'b', 'c'],
      changed: { mergeChapters: false, tags: ['b', 'c'] },
      unset: ['tag', 'map'],
      without: { tags: [], pathMappings: [] },
    },
  ])(
    'changes of a $kind what is given, and nothing else',
    async ({ kind, at, body, options, changed, unset, without }) => {
      const before = (await api.send('POST', at, { body })).body as { id: string };
      expect(before).toMatchObject({ hasSecret: true });
      const { status, stderr, stdout } = await run([kind, 'change', before.id, '--name', 'New', ...options]);
      expect({ status, stderr, stdout }).toEqual({
        status: 0,
        stderr: '',
        stdout: `Changed ${before.id}.\n`,
      });
      const after = (await api.send('GET', `${at}/${before.id}`)).body;
      expect(after).toEqual({ ...before, name: 'New', ...changed });
      const taken = await run([kind, 'change', before.id, '--unset', ...unset]);
      expect(taken).toMatchObject({ status: 0, stderr: '' });
      const bare = (await api.send('GET', `${at}/${before.id}`)).body;
      expect(bare).toEqual({ ...before, name: 'New', ...changed, ...without });
      expect(await run([kind, 'change', before.id, '--unset', 'name'])).toMatchObject({ status: 2 });
      const tried = await run([kind, 'change', before.id, '--enable']);
      expect(tried).toMatchObject({ status: 1, stdout: expect.stringContaining(`Changed ${before.id}.`) });
      expect(await run([kind, 'change', 'nobody', '--name', 'x'])).toMatchObject({ status: 4 });
      await api.send('DELETE', `${at}/${before.id}`);
    },
  );

  it('asks for a film or an episode by all that tells it from others, and names it so', async () => {
    const types = ['--type', 'movie', 'episode'];
    await run(['library', 'add', 'Screen', 'library:Screen', '--untested', ...types]);
    const film = await run([
      ...['request', 'add', 'Metropolis', '--type', 'movie', '--year', '1927', '--imdb', 'tt0017136'],
      ...['--tmdb', '19', '--released', '1927-01-10', '--runtime', '153m', '--json'],
    ]);
    expect(JSON.parse(film.stdout)).toMatchObject({
      item: {
        ...{ mediaType: 'movie', title: 'Metropolis', year: 1927, imdbId: 'tt0017136', tmdbId: 19 },
        ...{ releaseDate: '1927-01-10', runtimeSeconds: 153 * 60 },
      },
      libraryId: 'screen',
    });
    const episode = ['--type', 'episode', '--season', '0', '--episode', '12', '--tvdb', '70327'];
    const { status, stdout } = await run(['request', 'add', 'Some Show', ...episode]);
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: expect.stringMatching(/^request-\w+: Some Show S00E12 /),
    });
  });

  it('tells which types of job run without a server', async () => {
    const { stdout } = await run(['job', 'types']);
    expect(stdout).toMatch(/^demo_noop +yes +Does nothing/m);
    expect(stdout).toMatch(/^library_scan {2,}Reads a library/m);
  });

  it('ends what the role does not allow with 4 and names the role', async () => {
    const { status, stderr } = await run(
      ['job', 'create', 'demo_steps', '--params', '{"count":1}'],
      api.tokens.viewer,
    );
    expect(status).toBe(4);
    expect(stderr).toContain('Expected the role operator, got viewer');
    expect(stderr).toContain('What to do: Use a token with the role operator');
  });
});
