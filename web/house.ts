import { call } from './api.js';
import { byId, button, element, keepingFocus } from './dom.js';
import { table } from './table.js';

/** What the page uses of a health check (docs/openapi.json has all of it). */
interface HealthCheck {
  kind: string;
  subject: string;
  level: 'ok' | 'warning' | 'error';
  message: string;
  remedy: string | null;
  since: string;
}

interface Firing {
  nominalAt: string;
  outcome: string;
  jobStatus: string | null;
}

interface Schedule {
  id: string;
  name: string;
  cron: string | null;
  everyMs: number | null;
  timezone: string;
  enabled: boolean;
  nextAt: string | null;
  lastFiring: Firing | null;
}

const EACH_MS = 60_000;

/** What the last look at the house said, and what Longplay does at which times. */
export function followHouse(tell: (error: unknown) => void): void {
  const read = (): void => {
    Promise.all([
      call<{ checks: HealthCheck[] }>('GET', '/api/health/checks'),
      call<{ schedules: Schedule[] }>('GET', '/api/schedules?limit=100'),
    ]).then(
      ([{ checks }, { schedules }]) => {
        drawHealth(checks);
        drawSchedules(schedules, (id) => {
          call('POST', `/api/schedules/${encodeURIComponent(id)}/trigger`).then(read, tell);
        });
      },
      // The connection's own words say that Longplay does not answer.
      () => undefined,
    );
  };
  read();
  setInterval(read, EACH_MS);
}

const COLOURS: Record<HealthCheck['level'], string> = { ok: 'completed', warning: 'paused', error: 'failed' };

/** Only what is not well: the worst comes first. */
function drawHealth(checks: readonly HealthCheck[]): void {
  const place = byId('health', HTMLElement);
  const wrong = checks.filter(({ level }) => level !== 'ok');
  if (wrong.length === 0) {
    const told =
      checks.length === 0 ? 'Nothing was looked at so far.' : `All is well, in ${checks.length} checks.`;
    place.replaceChildren(element('p', { class: 'empty' }, told));
    return;
  }
  const rows = wrong.map(({ kind, subject, level, message, remedy, since }) => [
    element('span', { class: `status ${COLOURS[level]}` }, level),
    `${kind.replaceAll('_', ' ')} ${subject}`,
    remedy === null ? message : `${message}. ${remedy}`,
    moment(since),
  ]);
  place.replaceChildren(table(['', 'What', 'State', 'Since'], rows));
}

function drawSchedules(schedules: readonly Schedule[], trigger: (id: string) => void): void {
  const place = byId('schedules', HTMLElement);
  const rows = schedules.map((schedule) => [
    schedule.name,
    whenOf(schedule),
    schedule.lastFiring === null ? '' : moment(schedule.lastFiring.nominalAt),
    resultOf(schedule.lastFiring),
    schedule.enabled && schedule.nextAt !== null ? moment(schedule.nextAt) : 'disabled',
    element(
      'span',
      { class: 'steer' },
      button(
        'run now',
        () => {
          trigger(schedule.id);
        },
        `schedule ${schedule.id}`,
      ),
    ),
  ]);
  keepingFocus(place, () => {
    place.replaceChildren(table(['Schedule', 'When', 'Last', 'Result', 'Next', ''], rows));
  });
}

function whenOf({ cron, everyMs, timezone }: Schedule): string {
  return everyMs === null ? `${cron ?? ''} ${timezone}` : `every ${everyMs / 1_000} s`;
}

function resultOf(firing: Firing | null): string {
  if (firing === null) return 'not yet';
  return firing.outcome === 'created' ? (firing.jobStatus ?? 'made') : firing.outcome;
}

function moment(iso: string): string {
  return new Date(iso).toLocaleString();
}
