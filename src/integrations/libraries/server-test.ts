import { stat } from 'node:fs/promises';

import {
  fromServerPath,
  inLibrary,
  toServerPath,
  type LibraryPlace,
} from '../../domain/acquisition/library-paths.js';
import { relativeToRemote, toLogical, toRemote } from '../../domain/acquisition/path-mapping.js';
import { errorCode, Fault } from '../../domain/faults.js';
import type { Roots } from '../files/roots.js';
import type { LibrarySection, LibraryServer, ServerItem } from './port.js';
import { requireSection } from './sections.js';

export interface ServerTest {
  server: LibraryServer;
  place: LibraryPlace;
  section: string | null;
  roots: Roots;
  signal: AbortSignal;
}

/**
 * Asks the server what it holds, and whether we mean the same folders by our paths: in words.
 * @throws Fault bad_input that names both paths where they do not meet (acquisition.md §4.4).
 */
export async function testLibraryServer(test: ServerTest): Promise<string> {
  const { product, version, sections } = await test.server.probe(test.signal);
  const told = sections.map((section) => describe(test, section)).join('; ');
  if (test.section === null) {
    throw new Fault('bad_input', `${product} ${version} answers; its libraries: ${told || 'none'}`, {
      remedy: 'Choose one of them: enter its id as the section',
    });
  }
  const section = requireSection(product, sections, test.section);
  checkFolders(test, product, section);
  await checkItem(test, product);
  return `${product} ${version} answers; ${describe(test, section)}`;
}

/** `7 "Audiobooks" (audiobook): /data/books = library:Books`. */
function describe(test: ServerTest, { id, name, mediaTypes, folders }: LibrarySection): string {
  const mapped = folders.map((folder) => `${folder} = ${logicalOf(test, folder) ?? 'nothing of ours'}`);
  return `${id} "${name}" (${mediaTypes.join(', ') || 'a kind that is not used'}): ${mapped.join(', ')}`;
}

function logicalOf({ place, roots }: ServerTest, folder: string): string | undefined {
  const mapped = toLogical(place.pathMappings, folder);
  if (mapped !== undefined) return mapped;
  const relative = fromServerPath(place, folder, roots.folderOf);
  return relative === undefined ? undefined : inLibrary(place, relative);
}

/** What we file must lie in a folder that the server looks at. */
function checkFolders(test: ServerTest, product: string, { name, folders }: LibrarySection): void {
  const { place, roots } = test;
  const remote = toServerPath(place, '', roots.folderOf);
  if (folders.some((folder) => relativeToRemote(folder, remote) !== undefined)) return;
  const mapped = toRemote(place.pathMappings, inLibrary(place, ''));
  const sees = mapped === undefined ? 'is covered by no mapping' : `is mapped to ${mapped} there`;
  throw new Fault(
    'bad_input',
    `Expected ${place.root} in a folder of ${product}'s "${name}" (${folders.join(', ') || 'none'}); it ${sees}`,
    {
      remedy: `Map the folder that ${product} sees to ours, such as ${folders[0] ?? '/data'} to ${place.root}`,
    },
  );
}

/** One real item: a mapping may be complete and still wrong. */
async function checkItem({ server, place, roots, signal }: ServerTest, product: string): Promise<void> {
  const item = await firstItem(server, signal);
  const remote = item?.files[0]?.path ?? item?.path;
  const relative = remote === undefined ? undefined : fromServerPath(place, remote, roots.folderOf);
  if (remote === undefined || relative === undefined) return;
  const logical = inLibrary(place, relative);
  await stat(roots.resolve(logical)).catch((cause: unknown) => {
    throw new Fault(
      'bad_input',
      `Expected ${product}'s ${remote} at ${logical}, got ${errorCode(cause) ?? 'an unknown error'}`,
      { remedy: 'Map the folder that the server sees to the same one here', cause },
    );
  });
}

/** Since the beginning of time: the list that is read item by item. */
async function firstItem(server: LibraryServer, signal: AbortSignal): Promise<ServerItem | undefined> {
  for await (const item of server.items({ addedSince: new Date(0), signal })) return item;
  return undefined;
}
