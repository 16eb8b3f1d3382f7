import type { Notice, Target } from '../notice-answers.js';
import { formatTable } from './table.js';

export function targetTable(targets: Target[], width: number | undefined): string[] {
  return formatTable({
    width,
    columns: ['ID', 'NAME', 'KIND', 'PLACE', 'FOR', 'STATE', 'EVENTS'].map((title) => ({ title })),
    rows: targets.map((target) => [
      target.id,
      target.name,
      target.kind,
      target.place,
      target.requester ?? 'all',
      stateOf(target),
      target.events.join(', '),
    ]),
  });
}

function stateOf({ enabled, retryAt, lastError }: Target): string {
  if (!enabled) return 'off';
  if (lastError == null) return 'on';
  return retryAt == null ? lastError : `rests until ${retryAt}: ${lastError}`;
}

export function noticeTable(notices: Notice[], width: number | undefined): string[] {
  return formatTable({
    width,
    columns: [
      { title: 'TIME' },
      { title: 'TARGET' },
      { title: 'STATE' },
      { title: 'TRIES', align: 'right' },
      { title: 'NOTICE' },
      { title: 'LAST ERROR' },
    ],
    rows: notices.map(({ createdAt, targetId, state, tries, title, lastError }) => [
      createdAt,
      targetId,
      state.replace('_', ' '),
      String(tries),
      title,
      lastError ?? '',
    ]),
  });
}
