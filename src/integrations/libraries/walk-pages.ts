import { Fault } from '../../domain/faults.js';

export interface Page<Item> {
  items: Item[];
  /** Of the whole list. */
  total: number;
  /** Where the server says that the page begins, where it says so. */
  start?: number | undefined;
}

/**
 * A whole list, page by page. What comes short or changes meanwhile is an error, never the end: whoever takes half a
 * list for all of it calls the rest deleted (seerr#2296).
 * @throws Fault transient
 */
export async function* walkPages<Item>(walk: {
  product: string;
  pageSize: number;
  idOf: (item: Item) => string;
  read: (start: number, size: number) => Promise<Page<Item>>;
}): AsyncIterable<Item[]> {
  const { pageSize, idOf, read } = walk;
  const seen = new Set<string>();
  let total: number | undefined;
  let start = 0;
  do {
    const page = await read(start, pageSize);
    total ??= page.total;
    const expected = Math.max(0, Math.min(pageSize, total - start));
    if (page.total !== total) throw changed(walk, `${total} items became ${page.total}`);
    if ((page.start ?? start) !== start) throw changed(walk, `page ${start} began at ${page.start}`);
    if (page.items.length !== expected) {
      throw changed(walk, `the page at ${start} has ${page.items.length} of ${expected} items`);
    }
    for (const item of page.items) seen.add(idOf(item));
    start += page.items.length;
    if (seen.size !== start) throw changed(walk, 'an item came twice');
    yield page.items;
  } while (start < total);
}

function changed({ product }: { product: string }, what: string): Fault {
  return new Fault('transient', `The list of ${product} changed while it was read: ${what}`);
}
