import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import type { DirectFile, DownloadItem, DownloadState } from '../../../src/domain/acquisition/download.js';
import type { AddDownload, ClientFile } from '../../../src/integrations/download-clients/port.js';
import { startAria2Process, type Aria2Process } from '../../support/aria2-process.js';
import { eventually } from '../../support/eventually.js';
import { startFileServer, type FileServer, type ServedFile } from '../../support/file-server.js';

const MIB = 1024 * 1024;
const signal = (): AbortSignal => AbortSignal.timeout(30_000);
const sha1 = (bytes: Buffer): string => createHash('sha1').update(bytes).digest('hex');

let folder: string;
let aria2: Aria2Process;
let server: FileServer;
let count = 0;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longplay-aria2-files-'));
  aria2 = await startAria2Process(folder);
});

afterAll(async () => {
  await aria2.stop();
  await rm(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  server = await startFileServer();
});

afterEach(async () => {
  for (const item of await aria2.client.list(signal()))
    await aria2.client.remove(item.clientItemId, { deleteData: false, hostDirectory: folder }, signal());
  await server.close();
});

interface Offer {
  add: AddDownload;
  id: string;
  served: ServedFile[];
  paths: string[];
}

/** Files of random bytes, with size and checksum as a source tells them. */
function offer(sizes: number[], served: Partial<ServedFile> = {}): Offer {
  count += 1;
  const names = sizes.map((_size, at) => `disc ${at % 2}/part ${at}.mp3`);
  const files = sizes.map((size, at): DirectFile => {
    const bytes = randomBytes(size);
    const name = `${count}/${at}`;
    server.files.set(name, { bytes, ...served });
    const checksum = { algorithm: 'sha-1', hex: sha1(bytes) } as const;
    return { url: server.url(name), path: names[at] ?? '', sizeBytes: size, checksum };
  });
  return {
    ...give(files),
    served: sizes.map((_size, at) => server.files.get(`${count}/${at}`)) as ServedFile[],
    paths: names,
  };
}

function give(files: DirectFile[]): { add: AddDownload; id: string } {
  const directory = path.join(folder, `download-${count}`);
  const id = aria2.client.itemIdFor(`owner-${count}`, `files ${count}`);
  const add: AddDownload = {
    clientItemId: id,
    ownerKey: `owner-${count}`,
    name: 'a book',
    content: { kind: 'files', files },
    directory,
    hostDirectory: directory,
    resume: false,
  };
  return { add, id };
}

async function find(id: string): Promise<DownloadItem | undefined> {
  return (await aria2.client.list(signal())).find(({ clientItemId }) => clientItemId === id);
}

async function untilState(id: string, ...states: DownloadState[]): Promise<DownloadItem> {
  const seen: DownloadItem[] = [];
  await eventually(
    async () => {
      const item = await find(id);
      if (item !== undefined && states.includes(item.state)) seen.push(item);
      return seen.length > 0;
    },
    { withinMs: 30_000, everyMs: 30 },
  );
  const [item] = seen;
  if (item === undefined) throw new Error('unreachable: eventually would have thrown');
  return item;
}

async function expectWhole({ add, served, paths }: Offer): Promise<void> {
  for (const [at, name] of paths.entries()) {
    const bytes = await readFile(path.join(add.hostDirectory, name));
    expect(sha1(bytes)).toBe(sha1(served[at]?.bytes ?? Buffer.alloc(0)));
  }
  expect(await readdir(add.hostDirectory, { recursive: true })).not.toContainEqual(
    expect.stringMatching(/\.aria2$/),
  );
}

function bodyBytes(name: string): number {
  return server.requests
    .filter((request) => request.path === name && request.method === 'GET')
    .reduce((sum, { sentBytes }) => sum + sentBytes, 0);
}

describe('aria2 and files of a direct source', () => {
  it('fetches them as one item, at most two at a time, and knows the sum from the beginning', async () => {
    const sizes = [MIB, 200_000, MIB, 100_000, 300_000];
    const offered = offer(sizes, { bytesPerSecond: 2 * MIB });
    const total = sizes.reduce((sum, size) => sum + size, 0);
    await aria2.client.add(offered.add, signal());
    await aria2.client.add(offered.add, signal());
    expect(await find(offered.id)).toMatchObject({ totalBytes: total, directory: offered.add.directory });
    const done = await untilState(offered.id, 'complete');
    expect(done).toMatchObject({ totalBytes: total, completedBytes: total, uploadedBytes: 0 });
    expect(await aria2.client.files(offered.id, signal())).toEqual(
      sizes.map((size, at): ClientFile => {
        return { path: offered.paths[at] ?? '', sizeBytes: size, completedBytes: size };
      }),
    );
    await expectWhole(offered);
    expect(server.mostAtOnce()).toBe(2);
  });

  it('moves no byte while it is paused, and goes on after; both may be asked twice', async () => {
    const offered = offer([2 * MIB, 2 * MIB, 100_000], { bytesPerSecond: MIB });
    await aria2.client.add(offered.add, signal());
    await eventually(async () => ((await find(offered.id))?.completedBytes ?? 0) > 100_000);
    await aria2.client.pause(offered.id, signal());
    await aria2.client.pause(offered.id, signal());
    const paused = await untilState(offered.id, 'paused');
    // Each list would start what has its turn.
    for (let times = 0; times < 5; times += 1) expect((await find(offered.id))?.state).toBe('paused');
    expect((await find(offered.id))?.completedBytes).toBe(paused.completedBytes);
    await aria2.client.resume(offered.id, signal());
    await aria2.client.resume(offered.id, signal());
    for (const file of offered.served) delete file.bytesPerSecond;
    await untilState(offered.id, 'complete');
    await expectWhole(offered);
  });

  it('stays paused when that came while no file had its turn, also over kill -9', async () => {
    const offered = offer([50_000, 50_000, 50_000]);
    await aria2.client.add(offered.add, signal());
    // Without a list in between nothing is started: both are done, and the third waits.
    const last = `${offered.id.slice(0, 12)}0001`;
    await eventually(async () => {
      const status = await aria2.call('aria2.tellStatus', last, ['status']);
      return (status as { status: string }).status === 'complete';
    });
    await aria2.client.pause(offered.id, signal());
    expect((await find(offered.id))?.state).toBe('paused');
    const third = new RegExp(
      `gid=${offered.id.slice(0, 12)}0002\\n(?: .*\\n)* metalink-version=longplay .* open`,
    );
    await eventually(async () => third.test(await readFile(aria2.session, 'utf8')));
    await aria2.kill();
    await aria2.restart();
    // What was finished is dropped from the session: the item counts as lost until it is given again.
    expect(await find(offered.id)).toBeUndefined();
    await aria2.client.add({ ...offered.add, resume: true }, signal());
    expect((await find(offered.id))?.state).toBe('paused');
    await aria2.client.resume(offered.id, signal());
    await untilState(offered.id, 'complete');
    await expectWhole(offered);
  });

  it.each([
    ['a file that is not there', { status: 404 }, '3'],
    ['a file that is gone', { status: 410 }, '22'],
    ['a file that may not be read', { status: 403 }, '22'],
    ['other bytes than the checksum says', { wrongBytes: true }, '32'],
  ])('fails for %s, and blames the release', async (_what, fault, code) => {
    const offered = offer([200_000, 100_000, 100_000]);
    Object.assign(offered.served[1] ?? {}, fault);
    await aria2.client.add(offered.add, signal());
    const failed = await untilState(offered.id, 'failed');
    expect(failed.fault).toMatchObject({ blame: 'release', code });
    expect(failed.fault?.message).toContain('part 1.mp3');
  });

  it.each([
    ['asks for patience (429)', { status: 429, retryAfter: 1 }, '22'],
    ['has trouble of its own (500)', { status: 500 }, '22'],
  ])(
    'is held while the server %s, asks for no further file, and goes on when it is given again',
    async (_what, fault, code) => {
      const offered = offer([300_000, 100_000, 100_000]);
      const [slow] = offered.served;
      // Whole before the trouble is known, it would rightly make room for the next one.
      Object.assign(slow ?? {}, { bytesPerSecond: 20_000 });
      Object.assign(offered.served[1] ?? {}, fault);
      await aria2.client.add(offered.add, signal());
      const held = await untilState(offered.id, 'held');
      expect(held.fault).toMatchObject({ blame: 'environment', code });
      for (let times = 0; times < 3; times += 1) await find(offered.id);
      expect(server.requests.some((request) => request.path.endsWith('/2'))).toBe(false);
      await aria2.client.resume(offered.id, signal());
      expect((await find(offered.id))?.state).toBe('held');
      delete offered.served[1]?.status;
      delete slow?.bytesPerSecond;
      await aria2.client.add({ ...offered.add, resume: true }, signal());
      await untilState(offered.id, 'complete');
      await expectWhole(offered);
    },
  );

  it('asks a server again that is busy (503), without a hand from us', async () => {
    const offered = offer([200_000]);
    const [file] = offered.served;
    Object.assign(file ?? {}, { status: 503, retryAfter: 1 });
    await aria2.client.add(offered.add, signal());
    await eventually(() => server.requests.length > 0);
    delete file?.status;
    await untilState(offered.id, 'complete');
    await expectWhole(offered);
  });

  it('goes on at the byte where a connection broke', async () => {
    const offered = offer([MIB], { bytesPerSecond: 4 * MIB, cutAfter: 600_000 });
    await aria2.client.add(offered.add, signal());
    await untilState(offered.id, 'complete');
    await expectWhole(offered);
    expect(server.requests.at(-1)?.range).toMatch(/^bytes=[1-9]\d*-/);
  });

  it.each([false, true])(
    'goes on at the byte after kill -9, and fetches nothing of what was finished (session lost: %s)',
    async (forget) => {
      const offered = offer([300_000, 3 * MIB, 100_000]);
      Object.assign(offered.served[1] ?? {}, { bytesPerSecond: MIB });
      await aria2.client.add(offered.add, signal());
      // Past the first writing of the control file, and the others are done.
      await eventually(async () => ((await find(offered.id))?.completedBytes ?? 0) > 2 * MIB);
      await eventually(() => server.requests.some((request) => request.path.endsWith('/2')));
      await aria2.kill();
      server.requests.splice(0);
      await aria2.restart({ forget });
      await aria2.client.add({ ...offered.add, resume: true }, signal());
      await untilState(offered.id, 'complete');
      await expectWhole(offered);
      expect(bodyBytes(`${count}/0`)).toBe(0);
      // From its session it asks without a range first, to know the size, and breaks that off.
      const asked = server.requests.filter(({ path: name }) => name === `${count}/1`);
      const from = Number(/^bytes=(\d+)-/.exec(asked.at(-1)?.range ?? '')?.[1]);
      expect(from).toBeGreaterThan(MIB / 2);
    },
  );

  describe('behind a user', () => {
    const [right, former] = ['Basic cmVhZGVyOnJpZ2h0', 'Basic cmVhZGVyOmZvcm1lcg=='];

    /** Each at its own address, with what is sent there. */
    function accessOf({ add, paths }: Offer, authorization: string): AddDownload {
      const files = add.content.kind === 'files' ? add.content.files : [];
      const access = new Map(files.map(({ path: name, url }) => [name, { url, headers: { authorization } }]));
      expect([...access.keys()]).toEqual(paths);
      return { ...add, access };
    }

    it('sends the user for each file, and goes on at the byte after kill -9', async () => {
      const offered = offer([300_000, 3 * MIB, 100_000], { authorization: right });
      Object.assign(offered.served[1] ?? {}, { bytesPerSecond: MIB });
      await aria2.client.add(accessOf(offered, right), signal());
      await eventually(async () => ((await find(offered.id))?.completedBytes ?? 0) > 2 * MIB);
      await aria2.kill();
      server.requests.splice(0);
      await aria2.restart();
      await aria2.client.add({ ...accessOf(offered, right), resume: true }, signal());
      await untilState(offered.id, 'complete');
      await expectWhole(offered);
      const asked = server.requests.filter(({ path: name }) => name === `${count}/1`);
      expect(Number(/^bytes=(\d+)-/.exec(asked.at(-1)?.range ?? '')?.[1])).toBeGreaterThan(MIB / 2);
    });

    it('holds them where the user is refused, and blames no release; given again with another it goes on', async () => {
      const offered = offer([200_000, 100_000], { authorization: right });
      await aria2.client.add(accessOf(offered, former), signal());
      const held = await untilState(offered.id, 'held');
      expect(held.fault).toMatchObject({ blame: 'environment', code: '24' });
      await aria2.client.add({ ...accessOf(offered, right), resume: true }, signal());
      await untilState(offered.id, 'complete');
      await expectWhole(offered);
    });

    it('fails where no user is sent and one is asked for', async () => {
      const offered = offer([200_000], { authorization: right });
      await aria2.client.add(offered.add, signal());
      expect((await untilState(offered.id, 'failed')).fault).toMatchObject({ blame: 'release', code: '24' });
    });
  });

  it('fetches a finished file anew whose bytes are not what the checksum says any more', async () => {
    const offered = offer([200_000]);
    await mkdir(path.join(offered.add.hostDirectory, 'disc 0'), { recursive: true });
    await writeFile(path.join(offered.add.hostDirectory, offered.paths[0] ?? ''), Buffer.alloc(200_000));
    await aria2.client.add({ ...offered.add, resume: true }, signal());
    await untilState(offered.id, 'complete');
    await expectWhole(offered);
  });

  it('fetches a file anew that is longer than the source’s, once it is given again', async () => {
    const offered = offer([200_000]);
    await mkdir(path.join(offered.add.hostDirectory, 'disc 0'), { recursive: true });
    await writeFile(path.join(offered.add.hostDirectory, offered.paths[0] ?? ''), Buffer.alloc(300_000));
    await aria2.client.add({ ...offered.add, resume: true }, signal());
    expect((await untilState(offered.id, 'held')).fault).toMatchObject({ code: '13', blame: 'environment' });
    await aria2.client.add({ ...offered.add, resume: true }, signal());
    await untilState(offered.id, 'complete');
    await expectWhole(offered);
  });

  it('comes along with a server that knows no HEAD', async () => {
    const offered = offer([200_000], { refusesHead: true });
    await aria2.client.add({ ...offered.add, resume: true }, signal());
    expect((await untilState(offered.id, 'held')).fault?.message).toContain('status=405');
    await aria2.client.add({ ...offered.add, resume: true }, signal());
    await untilState(offered.id, 'complete');
    await expectWhole(offered);
  });

  it('removes its own files on demand and nothing beside them, in the middle too', async () => {
    const offered = offer([100_000, 2 * MIB, 100_000], { bytesPerSecond: MIB });
    await aria2.client.add(offered.add, signal());
    await eventually(async () => ((await find(offered.id))?.completedBytes ?? 0) > 150_000);
    const stranger = path.join(offered.add.hostDirectory, 'disc 0', 'stranger.txt');
    await writeFile(stranger, 'not of this download');
    const { hostDirectory } = offered.add;
    await aria2.client.remove(offered.id, { deleteData: true, hostDirectory }, signal());
    await aria2.client.remove(offered.id, { deleteData: true, hostDirectory }, signal());
    expect(await find(offered.id)).toBeUndefined();
    expect(await readdir(hostDirectory, { recursive: true })).toEqual(['disc 0', 'disc 0/stranger.txt']);
  });

  it.each([
    ['../evil.mp3'],
    ['a/../../evil.mp3'],
    ['/etc/evil.mp3'],
    ['a//b.mp3'],
    ['a\\..\\b.mp3'],
    ['a\n dir=/tmp'],
    [''],
  ])('refuses a name that leads out of its folder: %j', async (name) => {
    const offered = offer([1_000]);
    const refused = give([{ url: server.url(`${count}/0`), path: name }]);
    await expect(aria2.client.add(refused.add, signal())).rejects.toMatchObject({ kind: 'release_fault' });
    expect(await find(offered.id)).toBeUndefined();
    expect(existsSync(path.join(folder, 'evil.mp3'))).toBe(false);
  });

  it('refuses what is not HTTP, two files of one name, no file, and a checksum that is none', async () => {
    const url = server.url('x');
    const lists: DirectFile[][] = [
      [{ url: 'file:///etc/passwd', path: 'a' }],
      [
        { url, path: 'a' },
        { url, path: 'a' },
      ],
      [],
      [{ url, path: 'a', checksum: { algorithm: 'sha-1', hex: 'abc' } }],
    ];
    for (const files of lists) {
      count += 1;
      const { add, id } = give(files);
      await expect(aria2.client.add(add, signal())).rejects.toMatchObject({ kind: 'release_fault' });
      expect(await find(id)).toBeUndefined();
    }
  });

  it('lists what somebody else fetches by its own number, and leaves its turns alone', async () => {
    const gid = 'abcdefabcdefabcd';
    await aria2.call('aria2.addUri', [server.url('theirs')], { gid, pause: 'true' });
    expect(await find(gid)).toMatchObject({ state: 'paused' });
    expect(await find(gid)).toMatchObject({ state: 'paused' });
  });
});
