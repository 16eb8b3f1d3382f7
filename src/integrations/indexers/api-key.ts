/** Stands in links for the indexer's key, which is put back only on the way to the indexer itself. */
export const KEY_PLACEHOLDER = '__apikey__';

/** Keeps one indexer's key out of everything that leaves the adapter. */
export interface KeyGuard {
  /** The text with the key, plain or percent-encoded, replaced. */
  hide: (text: string) => string;
  /** The link with the key put back. */
  show: (link: string) => string;
  /** Deletes the query parameters that carry the key: for a foreign host. */
  strip: (url: URL) => URL;
}

export function createKeyGuard(apiKey: string | undefined): KeyGuard {
  if (apiKey === undefined || apiKey === '') return { hide: same, show: same, strip: (url) => url };
  const encoded = encodeURIComponent(apiKey);
  return {
    hide: (text) => text.replaceAll(apiKey, KEY_PLACEHOLDER).replaceAll(encoded, KEY_PLACEHOLDER),
    show: (link) => link.replaceAll(KEY_PLACEHOLDER, encoded),
    strip: (url) => stripKey(url, apiKey),
  };
}

function same(text: string): string {
  return text;
}

/** Only our own key: a tracker's pass key or another indexer's key in a redirect is meant for that host. */
function stripKey(url: URL, apiKey: string): URL {
  const stripped = new URL(url);
  for (const [name, value] of url.searchParams) {
    if (value === apiKey || value === KEY_PLACEHOLDER) stripped.searchParams.delete(name);
  }
  return stripped;
}
