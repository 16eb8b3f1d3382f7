/** What the text holds; undefined for what is no JSON, which a schema then refuses in its own words. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
