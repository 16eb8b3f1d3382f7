import { call, Problem } from './api.js';
import { button, byId, textOf } from './dom.js';

/** The form that asks for an item; each kind has fields of its own. */
export function listenToAsk(heard: { taken: () => void; failed: (error: unknown) => void }): void {
  const form = byId('ask', HTMLFormElement);
  const kind = byId('ask-kind', HTMLSelectElement);
  const adapt = (): void => {
    showFields(form, kind.value);
  };
  kind.addEventListener('change', adapt);
  const taken = (): void => {
    const { value } = kind;
    form.reset();
    // Who asks for one episode mostly asks for the next.
    kind.value = value;
    heard.taken();
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const notice = byId('notice', HTMLElement);
    notice.hidden = true;
    const item = itemOf(form, kind.value);
    call('POST', '/api/requests', { item }).then(taken, (error: unknown) => {
      heard.failed(error);
      if (!(error instanceof Problem) || error.kind !== 'already_there') return;
      const again = button('ask all the same', () => {
        notice.hidden = true;
        call('POST', '/api/requests', { item, again: true }).then(taken, heard.failed);
      });
      notice.append(' ', again);
    });
  });
  adapt();
}

/** A hidden field is disabled too: it is neither checked nor sent. */
function showFields(form: HTMLFormElement, kind: string): void {
  for (const label of form.querySelectorAll<HTMLElement>('[data-for]')) {
    const isFor = (label.dataset['for'] ?? '').split(' ').includes(kind);
    label.hidden = !isFor;
    for (const input of label.querySelectorAll('input')) input.disabled = !isFor;
  }
}

const NUMBERS = ['year', 'season', 'episode'] as const;

function itemOf(form: HTMLFormElement, mediaType: string): object {
  const given = new FormData(form);
  const author = textOf(given, 'author');
  const numbers = NUMBERS.flatMap((name) => {
    const text = textOf(given, name);
    return text === '' ? [] : [[name, Number(text)] as const];
  });
  return {
    mediaType,
    title: textOf(given, 'title'),
    ...(author === '' ? {} : { author }),
    ...Object.fromEntries(numbers),
  };
}
