import { KEY_PLACEHOLDER } from './api-key.js';
import { parseUrl } from './parse-url.js';

/** Query parameters that let somebody in: an indexer's key, a tracker's pass key, a session. */
const SECRET_PARAMETER = /key$|token|secret|pass(?:wd|word)?$|session|^auth|^sid$/i;

/** The page about a release, fit to be shown and stored; undefined for what is no web address or is a key itself. */
export function withoutKeys(link: string | undefined, hide: (text: string) => string): string | undefined {
  const url = link === undefined ? undefined : parseUrl(hide(link));
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) return undefined;
  url.username = '';
  url.password = '';
  for (const [name, value] of [...url.searchParams]) {
    if (SECRET_PARAMETER.test(name) || value === KEY_PLACEHOLDER) url.searchParams.delete(name);
  }
  return url.href.includes(KEY_PLACEHOLDER) ? undefined : url.href;
}

/** An id that is an address with a key in it: the same without, so that it can be stored and shown. */
export function idWithoutKeys(guid: string, hide: (text: string) => string): string {
  const hidden = hide(guid);
  const url = parseUrl(hidden);
  const isSecret =
    url !== undefined && [...url.searchParams.keys()].some((name) => SECRET_PARAMETER.test(name));
  return isSecret ? (withoutKeys(hidden, hide) ?? hidden) : hidden;
}
