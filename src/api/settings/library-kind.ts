import type { LibraryKind } from '../../domain/acquisition/products.js';
import type { PathMapping } from '../../domain/acquisition/path-mapping.js';
import { HttpProblem } from '../http/problem.js';
import { checkRoot } from './library-place.js';

export interface LibraryKindSettings {
  kind: LibraryKind;
  baseUrl: string | null;
  secret?: string | null | undefined;
  section: string | null;
  pathMappings: PathMapping[];
}

/**
 * What a media server needs and a folder does not take.
 * @throws HttpProblem bad_input that points at each field.
 */
export function checkKind(settings: LibraryKindSettings, { testing }: { testing: boolean }): void {
  const errors = settings.kind === 'folder' ? tooMuch(settings) : tooLittle(settings, testing);
  for (const [index, { logical }] of settings.pathMappings.entries()) {
    checkRoot(logical, `/pathMappings/${index}/logical`);
  }
  if (errors.length === 0) return;
  throw new HttpProblem('bad_input', errors.map(({ detail }) => detail).join('; '), { errors });
}

interface FieldError {
  pointer: string;
  detail: string;
}

function tooMuch({ baseUrl, secret, section, pathMappings }: LibraryKindSettings): FieldError[] {
  const given: [string, boolean][] = [
    ['/baseUrl', baseUrl !== null],
    ['/secret', typeof secret === 'string'],
    ['/section', section !== null],
    ['/pathMappings', pathMappings.length > 0],
  ];
  return given
    .filter(([, isGiven]) => isGiven)
    .map(([pointer]) => ({ pointer, detail: `Expected no ${pointer.slice(1)}: a folder has no server` }));
}

function tooLittle({ kind, baseUrl, section }: LibraryKindSettings, testing: boolean): FieldError[] {
  const errors: FieldError[] = [];
  if (baseUrl === null)
    errors.push({ pointer: '/baseUrl', detail: `Expected the address of the ${kind} server` });
  if (section === null && !testing) {
    errors.push({
      pointer: '/section',
      detail: `Expected the id of a library of the ${kind} server; a test without it tells which there are`,
    });
  }
  return errors;
}
