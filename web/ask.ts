import { call } from './api.js';
import { byId, textOf } from './dom.js';

/** The form that asks for an item; each kind has fields of its own. */
export function listenToAsk(heard: { taken: () => void; failed: (error: unknown) => void }): void {
  const form = byId('ask', HTMLFormElement);
  const kind = byId('ask-kind', HTMLSelectElement);
  const adapt = (): void => {
    showFields(form, kind.value);
  };
  kind.addEventListener('change', adapt);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    byId('notice', HTMLElement).hidden = true;
    call('POST', '/api/requests', { item: itemOf(form, kind.value) }).then(() => {
      const { value } = kind;
      form.reset();
      // Who asks for one episode mostly asks for the next.
      kind.value = value;
      heard.taken();
    }, heard.failed);
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
