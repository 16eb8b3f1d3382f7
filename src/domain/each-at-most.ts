/**
 * Works through all items, at most `max` at a time, begun in order. After a failure none is begun any more, and what runs
 * is waited for. @throws what the first failing work throws.
 */
export async function eachAtMost<Item>(
  max: number,
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const left = items.values();
  const failures: unknown[] = [];
  const lane = async (): Promise<void> => {
    for (const item of left) {
      if (failures.length > 0) return;
      await work(item).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: Math.min(max, items.length) }, lane));
  if (failures.length > 0) throw failures[0];
}
