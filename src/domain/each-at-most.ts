/** Works through all items, at most `max` at a time, begun in order. @throws what the first failing work throws. */
export async function eachAtMost<Item>(
  max: number,
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const left = items.values();
  const lane = async (): Promise<void> => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(max, items.length) }, lane));
}
