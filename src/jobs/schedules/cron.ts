/** The field's name for people, its bounds, and the names that may stand for numbers, from `first` on. */
const FIELDS = [
  { name: 'minute', min: 0, max: 59, names: [] },
  { name: 'hour', min: 0, max: 23, names: [] },
  { name: 'day of month', min: 1, max: 31, names: [] },
  {
    name: 'month',
    min: 1,
    max: 12,
    names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  },
  { name: 'day of week', min: 0, max: 7, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
] as const;

type Field = (typeof FIELDS)[number];

const PART = /^(?:\*|(?<from>\w+)(?:-(?<to>\w+))?)(?:\/(?<step>\d+))?$/;

/**
 * What is wrong with a cron text, undefined when nothing is. Only what Temporal and croner read alike is taken: five
 * fields of numbers or names, `*`, lists, ranges, and steps over a range or `*`.
 */
export function cronProblem(cron: string): string | undefined {
  const fields = cron.split(' ');
  if (fields.length !== FIELDS.length) {
    return `Expected five fields (${FIELDS.map(({ name }) => name).join(', ')}), got ${fields.length}: "${cron}"`;
  }
  for (const [at, field] of FIELDS.entries()) {
    const problem = fieldProblem(fields[at] ?? '', field);
    if (problem !== undefined) return problem;
  }
  // Some programs take a day that meets both, others one that meets either: nobody can read which is meant.
  if (fields[2] !== '*' && fields[4] !== '*') {
    return `Expected "*" as day of month or as day of week, got "${fields[2] ?? ''}" and "${fields[4] ?? ''}"`;
  }
  return undefined;
}

function fieldProblem(text: string, field: Field): string | undefined {
  const isGood = text.split(',').every((part) => isPart(part, field));
  if (isGood) return undefined;
  const names = field.names.length === 0 ? '' : ` (or ${field.names[0]}–${field.names.at(-1) ?? ''})`;
  return `Expected as ${field.name} "*", or ${field.min}–${field.max}${names}, lists, ranges and steps of it, got "${text}"`;
}

function isPart(part: string, field: Field): boolean {
  const groups = PART.exec(part)?.groups;
  if (groups === undefined) return false;
  const { from, to, step } = groups;
  // "5/15" means one thing here and another there; "5-59/15" is plain.
  if (step !== undefined && ((from !== undefined && to === undefined) || Number(step) < 1)) return false;
  if (step !== undefined && Number(step) > field.max) return false;
  if (from === undefined) return true;
  const first = numberOf(from, field);
  const last = to === undefined ? first : numberOf(to, field);
  return first !== undefined && last !== undefined && first <= last;
}

function numberOf(text: string, { min, max, names }: Field): number | undefined {
  const named = (names as readonly string[]).indexOf(text.toLowerCase());
  if (named >= 0) return named + min;
  const number = /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  return number >= min && number <= max ? number : undefined;
}
