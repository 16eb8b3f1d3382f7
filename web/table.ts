import { element } from './dom.js';

export function table(heads: string[], rows: (string | HTMLElement)[][]): HTMLElement {
  if (rows.length === 0) return element('p', { class: 'faint' }, 'Nothing yet.');
  const made = element('table', {}, element('tr', {}, ...heads.map((head) => element('th', {}, head))));
  for (const row of rows) made.append(element('tr', {}, ...row.map((cell) => element('td', {}, cell))));
  return element('div', { class: 'wide' }, made);
}

export function time(iso: string): string {
  return new Date(iso).toLocaleTimeString();
}
