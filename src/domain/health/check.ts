/** What of the house is looked at; `subject` of a check is the id of the one that is meant. */
export const HEALTH_CHECKS = [
  'indexer',
  'download_client',
  'client_settings',
  'path_mapping',
  'library',
  'folder',
  'disk_space',
  'schedule',
  'queue',
  'library_confirm',
  'unknown_item',
  'orphan_folder',
] as const;
export type HealthCheckKind = (typeof HEALTH_CHECKS)[number];

/** What `reconcile_clients` looks at, once a day; the rest is `health_check`'s. */
export const RECONCILED_CHECKS: readonly HealthCheckKind[] = ['unknown_item', 'orphan_folder'];

/** `warning`: it works, or may mend itself. `error`: something stands still until somebody looks. */
export const HEALTH_LEVELS = ['ok', 'warning', 'error'] as const;
export type HealthLevel = (typeof HEALTH_LEVELS)[number];

/** What one look at one part said. */
export interface HealthResult {
  kind: HealthCheckKind;
  /** An id; empty where there is only one of its kind. */
  subject: string;
  level: HealthLevel;
  /** One sentence. */
  message: string;
  /** What a person can do; null while all is well. */
  remedy: string | null;
}

const WORDS: Record<HealthCheckKind, string> = {
  indexer: 'indexer',
  download_client: 'download client',
  client_settings: 'settings of the client',
  path_mapping: 'path mapping of',
  library: 'library',
  folder: 'folder',
  disk_space: 'disk space in',
  schedule: 'schedule',
  queue: 'queue',
  library_confirm: 'request',
  unknown_item: 'unknown items in',
  orphan_folder: 'folders of nobody in',
};

export function well(kind: HealthCheckKind, subject: string, message: string): HealthResult {
  return { kind, subject, level: 'ok', message, remedy: null };
}

/** A server that does not answer once is back as a rule: only its trouble is told (acquisition.md §4.1, after 10 min). */
const OFTEN_BACK: readonly HealthCheckKind[] = ['download_client', 'library'];

function toldLevel(kind: HealthCheckKind, level: HealthLevel): HealthLevel {
  return level === 'warning' && OFTEN_BACK.includes(kind) ? 'ok' : level;
}

/** What is told when a check's level changes; undefined for what is there for the first time and is well. */
export function healthChange(
  before: HealthLevel | undefined,
  { kind, subject, level, message, remedy }: HealthResult,
): { title: string; detail: string } | undefined {
  if (toldLevel(kind, before ?? 'ok') === toldLevel(kind, level)) return undefined;
  const about = `${WORDS[kind]} ${subject}`.trim();
  switch (level) {
    case 'ok':
      return { title: `${about} is well again`, detail: message };
    case 'warning':
      return { title: `${about} needs a look`, detail: sentences(message, remedy) };
    case 'error':
      return { title: `${about} is in trouble`, detail: sentences(message, remedy) };
  }
}

function sentences(...told: (string | null)[]): string {
  return told
    .filter((one) => one !== null)
    .map((one) => (/[.!?]$/.test(one) ? one : `${one}.`))
    .join(' ');
}
