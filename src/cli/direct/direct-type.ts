import type { Catalogue } from '../../catalogue/catalogue.js';
import type { JobType, ParsedJob } from '../../catalogue/job-type.js';
import { Fault } from '../../domain/faults.js';

/** Types of single videos stand on rows; their work on a plain file has commands of its own. */
const ON_FILES: Partial<Record<string, string>> = {
  scan: 'longplay media scan FOLDER --direct',
  public_scan: 'longplay media public-scan FOLDER --direct',
  validate: 'longplay media validate FILE --direct',
  thumbnail_generate: 'longplay media thumbnail FILE PICTURE.jpg --direct',
  reencode_streaming: 'longplay encode FILE OUTPUT.mp4 --direct',
  move_to_library: 'longplay media move FILE FOLDER --direct',
};

/** @throws Fault bad_input for an unknown type, one that needs its server, and params that are not valid. */
export function parseDirect(
  catalogue: Catalogue,
  { type: name, params }: { type: string; params: unknown },
): { jobType: JobType; parsed: ParsedJob } {
  const jobType = catalogue.find(name);
  const onFiles = ON_FILES[name];
  if (!jobType.direct && onFiles !== undefined) {
    throw new Fault(
      'bad_input',
      `A job of "${name}" stands on the rows of the library, and --direct has none`,
      {
        remedy: `Name files instead: ${onFiles}`,
      },
    );
  }
  if (!jobType.direct) {
    throw new Fault(
      'bad_input',
      `Expected a type that can run with --direct, got "${name}", which needs Longplay’s database and Temporal`,
      {
        remedy: `Start Longplay ("longplay up") and leave --direct away. These can run with it: ${namesOf(catalogue)}`,
      },
    );
  }
  return { jobType, parsed: jobType.parse(params) };
}

export function namesOf({ types }: Catalogue): string {
  return types
    .filter(({ direct }) => direct)
    .map(({ type }) => type)
    .join(', ');
}
