/** What a title needs; absent and undefined are one. */
interface Titled {
  title: string;
  author?: string | undefined;
  season?: number | undefined;
  episode?: number | undefined;
}

/** An item for people: an episode's own title is that of its series. */
export function titleOf({ title, author, season, episode }: Titled): string {
  const place = number('S', season) + number('E', episode);
  return `${title}${author === undefined ? '' : ` by ${author}`}${place === '' ? '' : ` ${place}`}`;
}

function number(letter: string, value: number | undefined): string {
  return value === undefined ? '' : `${letter}${String(value).padStart(2, '0')}`;
}
