/** An address, resolved against another; undefined for what is none. (URL.parse is younger than our oldest Node.) */
export function parseUrl(text: string, base?: URL): URL | undefined {
  return URL.canParse(text, base?.href) ? new URL(text, base) : undefined;
}
