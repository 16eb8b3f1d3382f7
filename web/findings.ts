import { call } from './api.js';
import { button, byId, element } from './dom.js';

interface Finding {
  kind: string;
  subject: string;
  message: string;
  remedy: string | null;
}

const EACH_MS = 60_000;

/** What is wrong now and needs somebody; nothing is shown while nothing is. */
export function followFindings(tell: (error: unknown) => void): void {
  const read = (): void => {
    call<{ findings: Finding[] }>('GET', '/api/findings').then(
      ({ findings }) => {
        drawFindings(findings, (finding) => {
          const { kind, subject } = finding;
          call('DELETE', `/api/findings/${kind}/${encodeURIComponent(subject)}`).then(read, tell);
        });
      },
      // The connection's own words say that Longplay does not answer.
      () => undefined,
    );
  };
  read();
  setInterval(read, EACH_MS);
}

function drawFindings(findings: Finding[], putAway: (finding: Finding) => void): void {
  const section = byId('findings', HTMLElement);
  section.hidden = findings.length === 0;
  if (section.hidden) {
    section.replaceChildren();
    return;
  }
  const cards = findings.map((finding) => {
    const { kind, subject, message, remedy } = finding;
    return element(
      'li',
      { class: 'card' },
      element(
        'div',
        { class: 'row' },
        element('span', { class: 'status failed' }, kind.replaceAll('_', ' ')),
        element('span', { class: 'title' }, subject),
        element(
          'span',
          { class: 'steer' },
          button(
            'Put away',
            () => {
              putAway(finding);
            },
            `${kind} ${subject}`,
          ),
        ),
      ),
      element('div', { class: 'sentence' }, remedy === null ? message : `${message}. ${remedy}`),
    );
  });
  section.replaceChildren(element('h2', {}, 'Needs somebody'), element('ul', { class: 'list' }, ...cards));
}
