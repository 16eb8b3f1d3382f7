import type { ParsedJob } from '../catalogue/job-type.js';
import type { Queryable } from '../store/database.js';
import { findVideoTitle } from '../store/media/video-list.js';

const MOST_CHARACTERS = 100;

/** A job's title with its video by name, as people know it, where the type could only tell its id. */
export async function titleFor(
  db: Queryable,
  { title, subject }: Pick<ParsedJob, 'title' | 'subject'>,
): Promise<string> {
  if (subject?.type !== 'video') return title;
  const name = await findVideoTitle(db, subject.id);
  if (name === undefined) return title;
  const characters = Array.from(name);
  const isLong = characters.length > MOST_CHARACTERS;
  const short = isLong ? `${characters.slice(0, MOST_CHARACTERS - 1).join('')}…` : name;
  return title.replace(subject.id, () => `“${short}”`);
}
