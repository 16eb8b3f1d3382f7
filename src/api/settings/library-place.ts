import { renderFolder } from '../../domain/acquisition/path-template.js';
import { Fault } from '../../domain/faults.js';
import { parseLogicalPath } from '../../domain/logical-path.js';
import { HttpProblem } from '../http/problem.js';

/** @throws HttpProblem bad_input for a root or a template by which no item could ever be filed. */
export function checkPlace({ root, pathTemplate }: { root: string; pathTemplate: string }): void {
  checkRoot(root);
  blaming('/pathTemplate', () => {
    checkTemplate(pathTemplate);
  });
}

/** @throws HttpProblem bad_input for a root that is no logical path. */
export function checkRoot(root: string, pointer = '/root'): void {
  blaming(pointer, () => parseLogicalPath(root));
}

/** Of an item often nothing is known but its title; two of them must not share a folder. */
function checkTemplate(template: string): void {
  const [one, other] = ['One', 'Other'].map((title) =>
    renderFolder(template, { mediaType: 'audiobook', title }),
  );
  if (one !== other) return;
  throw new Fault('bad_input', `The path template "${template}" gives every title the same folder`, {
    remedy: 'Use at least {title}',
  });
}

function blaming(pointer: string, check: () => unknown): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw new HttpProblem('bad_input', error.message, {
      ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
      errors: [{ pointer, detail: error.message }],
      cause: error,
    });
  }
}
