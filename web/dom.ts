type Child = Node | string | undefined;

/** An element with attributes and children; texts are texts, never markup. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Record<string, string> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

/** @throws Error when the page has no such element: the page and its script do not fit. */
export function byId<Wanted extends HTMLElement>(id: string, kind: new () => Wanted): Wanted {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`The page has no ${kind.name} "${id}"`);
}

/** `key` names what the button stands for, so that it is found again after a redraw. */
export function button(text: string, onClick: () => void, key?: string): HTMLButtonElement {
  const made = element('button', { type: 'button', ...(key === undefined ? {} : { 'data-key': key }) }, text);
  made.addEventListener('click', onClick);
  return made;
}

/** Redraws a list that changes each second under somebody who goes through it by keyboard. */
export function keepingFocus(list: HTMLElement, redraw: () => void): void {
  const focused = document.activeElement;
  const key = focused instanceof HTMLElement && list.contains(focused) ? focused.dataset['key'] : undefined;
  redraw();
  if (key === undefined) return;
  const again = list.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (again instanceof HTMLElement) again.focus({ preventScroll: true });
}

/** A field of a form, without white space around it; a file is no text. */
export function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value.trim() : '';
}
