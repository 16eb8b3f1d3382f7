import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { runCli } from '../../cli/run-cli.js';
import { startTestApi, type TestApi } from '../../support/api.js';

const ROWS = 130;
let api: TestApi;

interface Page {
  videos: { id: string; path: string; title: string }[];
  next: string | null;
}

/** Several share a time, a length and a size; some are of the gallery, invalid, unplayable or missing. */
beforeAll(async () => {
  api = await startTestApi();
  await api.parts.db.query(
    `insert into videos (root, path, filename, title, words, size_bytes, modified_ms, device, inode, valid, playable,
       unplayable_reasons, duration_seconds, first_seen_at, missing_since, streams)
     select case when n % 5 = 0 then 'public' else 'library' end, 'videos/' || n || '.mp4', n || '.mp4',
       case n when 7 then E'line\\nbreak' when 8 then 'Žluťoučký' else 'Title ' || n % 40 end,
       'videos/' || n || case when n % 2 = 0 then ' even' else '' end || case when n = 9 then ' rare_100%' else '' end,
       n / 3, case n when 9 then 8.6e18 else 1.6e12 end, '1', n::text, n % 7 <> 0, case when n % 7 <> 0 then n % 3 <> 0 end,
       case when n % 3 = 0 and n % 7 <> 0 then '{container}'::text[] else '{}' end,
       case when n % 4 <> 0 then (n / 6) + 0.1 end, now() - (n / 10) * interval '1 second',
       case when n % 11 = 0 then now() end, '{"chapters": 3}'
     from generate_series(1, $1::int) as n`,
    [ROWS],
  );
});

afterAll(() => api.stop());

async function list(query: Record<string, string> = {}): Promise<{ status: number; body: Page }> {
  const answer = await fetch(`${api.url}/api/media?${new URLSearchParams(query).toString()}`, {
    headers: { authorization: `Bearer ${api.tokens.viewer}` },
  });
  return { status: answer.status, body: (await answer.json()) as Page };
}

async function all(query: Record<string, string> = {}): Promise<string[]> {
  const found: string[] = [];
  let page = await list({ limit: '17', ...query });
  for (;;) {
    expect(page.status).toBe(200);
    found.push(...page.body.videos.map(({ id }) => id));
    if (page.body.next === null) return found;
    page = await list({ limit: '17', ...query, cursor: page.body.next });
  }
}

async function stored(condition: string, order: string): Promise<string[]> {
  const sql = `select id from videos where ${condition} order by ${order}`;
  return (await api.parts.db.query<{ id: string }>(sql)).rows.map(({ id }) => id);
}

const NEWEST = 'first_seen_at desc, id desc';

describe('GET /api/media', () => {
  it.each<[string, Record<string, string>, string, string]>([
    ['all, newest first', {}, 'true', NEWEST],
    ['by title', { sort: 'title' }, 'true', 'title, id'],
    ['the largest first', { sort: 'largest' }, 'true', 'size_bytes desc, id desc'],
    ['the longest first', { sort: 'longest' }, 'true', 'coalesce(duration_seconds, 0) desc, id desc'],
    [
      'of the gallery that browsers cannot play',
      { root: 'public', playable: 'false' },
      `root = 'public' and not playable`,
      NEWEST,
    ],
    ['what is no video', { valid: 'false' }, 'not valid', NEWEST],
    ['what is missing', { missing: 'true' }, 'missing_since is not null', NEWEST],
    ['what is there', { missing: 'false', valid: 'true' }, 'missing_since is null and valid', NEWEST],
    ['a common word in another case', { q: 'EVEN' }, `words like '%even%'`, NEWEST],
    [
      'a rare word whose marks stand for themselves',
      { q: 'rare_100%' },
      `words like '%rare\\_100\\%%'`,
      NEWEST,
    ],
    ['a common word by title', { q: 'videos', sort: 'title' }, 'true', 'title, id'],
  ])('tells %s, page by page and each once', async (_what, query, condition, order) => {
    const expected = await stored(condition, order);
    expect(expected.length).toBeGreaterThan(0);
    expect(await all(query)).toEqual(expected);
  });

  it('refuses a cursor of another order, and what it does not know', async () => {
    const { body } = await list({ limit: '1', sort: 'title' });
    const wrong = [
      { cursor: body.next ?? '', sort: 'longest' },
      { cursor: 'x' },
      { colour: 'red' },
      { root: 'etc' },
    ];
    for (const query of wrong) expect((await list(query as Record<string, string>)).status).toBe(400);
  });

  it('tells logical paths, and no time that no calendar has', async () => {
    const { body } = await list({ q: 'rare_100%' });
    expect(body.videos).toMatchObject([{ path: 'library:videos/9.mp4', modifiedAt: null }]);
  });
});

describe('GET /api/media/:id', () => {
  it('tells one video with its streams', async () => {
    const [id] = await stored(`path = 'videos/9.mp4'`, 'id');
    expect(await api.send('GET', `/api/media/${id ?? ''}`)).toMatchObject({
      status: 200,
      body: { id, unplayableReasons: ['container'], streams: { chapters: 3 } },
    });
  });

  it.each(['none', '00000000-0000-0000-0000-000000000000', '%00'])('has no video %s', async (id) => {
    const { status } = await api.send('GET', `/api/media/${id}`);
    expect([400, 404]).toContain(status);
  });
});

describe('versions of a video', () => {
  const idOf = async (path: string): Promise<string> => (await stored(`path = '${path}'`, 'id'))[0] ?? '';

  /** Two files were made of 21.mp4 by two jobs, and nothing of 22.mp4. */
  beforeAll(async () => {
    await api.parts.db.query(
      `insert into videos (root, path, filename, title, words, size_bytes, modified_ms, device, inode, valid, playable,
         video_codec, width, height, duration_seconds, derived_from, made_by, made_at, first_seen_at)
       select 'playback', n || '.mp4', n || '.mp4', n::text, '', 1000 * n, 0, '1', 'made ' || n, true, true, 'h264', 640, 360,
         60, (select id from videos where path = 'videos/21.mp4'), 'reencode_streaming-' || n,
         '2026-01-01'::timestamptz + n * interval '1 day', '2000-01-01'
       from generate_series(1, 2) as n`,
    );
  });

  const expected = async () => [
    {
      id: await idOf('videos/21.mp4'),
      kind: 'original',
      path: 'library:videos/21.mp4',
      madeBy: null,
      madeAt: null,
    },
    {
      ...{ id: await idOf('2.mp4'), kind: 'playback', path: 'playback:2.mp4', sizeBytes: 2_000, width: 640 },
      ...{ playable: true, madeBy: 'reencode_streaming-2', madeAt: '2026-01-03T00:00:00.000Z' },
    },
    { id: await idOf('1.mp4'), kind: 'playback', madeBy: 'reencode_streaming-1' },
  ];

  it.each(['videos/21.mp4', '2.mp4'])(
    'are the same, asked of the original and of what was made: %s',
    async (path) => {
      const { status, body } = await api.send('GET', `/api/media/${await idOf(path)}`);
      expect({ status, body }).toMatchObject({ status: 200, body: { versions: await expected() } });
    },
  );

  it('is the video alone where nothing was made of it', async () => {
    const id = await idOf('videos/22.mp4');
    const { body } = await api.send('GET', `/api/media/${id}`);
    expect(body).toMatchObject({ versionCount: 0, versions: [{ id, kind: 'original' }] });
  });

  it('are counted in lists, and shown by the command line', async () => {
    const { body } = await list({ q: 'videos/21' });
    expect(body.videos).toMatchObject([{ versionCount: 2 }]);
    const { stdout } = await runCli(['media', 'show', await idOf('videos/21.mp4')], {
      ...{ url: api.url, environment: { LONGPLAY_TOKEN: api.tokens.viewer } },
    });
    expect(stdout).toMatch(/Version \(original\) +library:videos\/21\.mp4/);
    expect(stdout).toMatch(
      /Version \(playback\) +playback:2\.mp4, .* made by reencode_streaming-2, 2026-01-03/,
    );
  });
});

describe('longplay media', () => {
  const run = (...argv: string[]) =>
    runCli(['media', ...argv], { url: api.url, environment: { LONGPLAY_TOKEN: api.tokens.viewer } });

  it('lists and shows videos', async () => {
    const told = await run('list', '--q', 'rare_100%');
    expect(told.stdout).toMatch(/needs an encode +library:videos\/9\.mp4/);
    const [id] = await stored(`path = 'videos/9.mp4'`, 'id');
    expect((await run('show', id ?? '')).stdout).toContain('Why browsers cannot play it  container');
    expect((await run('list', '--q', 'nothing')).stdout).toBe('There are no such videos.\n');
    expect((await run('list', '--limit', '1', '--unplayable')).stderr).toContain('More: --cursor ');
  });
});
