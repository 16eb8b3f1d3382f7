import { relativeToRemote } from '../../domain/acquisition/path-mapping.js';
import { Fault } from '../../domain/faults.js';
import type { LibrarySection } from './port.js';

/**
 * The section of an id. Asked for each time: some servers answer 200 for a section that they do not have, and do
 * nothing (acquisition.md §2.8).
 * @throws Fault bad_input that names those which are there.
 */
export function requireSection<Section extends LibrarySection>(
  product: string,
  sections: readonly Section[],
  id: string | null,
): Section {
  const found = sections.find((section) => section.id === id);
  if (found !== undefined) return found;
  const known = sections.map((section) => `${section.id} (${section.name})`).join(', ');
  const asked = id === null ? 'no section is chosen' : `${product} has no section "${id}"`;
  throw new Fault('bad_input', `Expected one of its sections: ${asked}; it has ${known || 'none'}`, {
    remedy: 'Choose one of them in the settings of the library',
  });
}

/** @throws Fault bad_input for a folder that the section does not hold: a scan of it would do nothing. */
export function checkInSection(product: string, { name, folders }: LibrarySection, folder: string): void {
  if (folders.some((own) => relativeToRemote(own, folder) !== undefined)) return;
  throw new Fault(
    'bad_input',
    `Expected a folder of ${product}'s "${name}" (${folders.join(', ') || 'none'}), got ${folder}`,
    { remedy: 'Map the folder of the server to ours in the settings of the library' },
  );
}
