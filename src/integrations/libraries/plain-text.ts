const MAX_TEXT_CHARACTERS = 500;

/** Anybody writes tags and sidecars: what Postgres refuses, or an index row cannot hold, is cut off. */
export function plainText(value: string | undefined): string | undefined {
  const plain = value
    ?.slice(0, MAX_TEXT_CHARACTERS)
    .replace(/\0|\p{Surrogate}/gu, '')
    .trim();
  return plain === '' ? undefined : plain;
}
