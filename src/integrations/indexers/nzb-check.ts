import { SaxesParser } from 'saxes';

import { Fault, normalizeError } from '../../domain/faults.js';

/**
 * Proves that bytes are an NZB that names at least one article, without building its tree: a film has a hundred
 * thousand of them.
 * @throws Fault release_fault
 */
export function checkNzb(bytes: Uint8Array): void {
  const seen = { root: '', files: 0, segments: 0 };
  try {
    const parser = new SaxesParser();
    parser.on('error', (error) => {
      throw error;
    });
    parser.on('opentag', ({ name }) => {
      if (seen.root === '') seen.root = name;
      if (name === 'file') seen.files += 1;
      if (name === 'segment') seen.segments += 1;
    });
    parser.write(Buffer.from(bytes).toString('utf8').trimStart()).close();
  } catch (error) {
    const { message } = normalizeError(error);
    throw new Fault('release_fault', `Expected an NZB, its XML is broken: ${message.slice(0, 200)}`, {
      cause: error,
    });
  }
  if (seen.root !== 'nzb') throw new Fault('release_fault', `Expected an NZB, got <${seen.root}>`);
  if (seen.segments === 0) {
    throw new Fault('release_fault', `Expected an NZB with articles, its ${seen.files} files name none`);
  }
}
