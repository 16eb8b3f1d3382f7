import { Fault } from '../faults.js';

/** How a message is kept from being read on its way to the mail server. */
export type MailSecurity =
  /** TLS from the first byte. */
  | 'tls'
  /** Nothing is said before STARTTLS. */
  | 'starttls'
  /** STARTTLS where the server offers it. */
  | 'offered'
  | 'none';

/** What an address of mail says, as Apprise spells it. */
export interface MailRoute {
  /** Of the mail server, lower case; IPv6 without brackets. */
  host: string;
  port: number;
  security: MailSecurity;
  /** Whether the server's certificate is checked. */
  verify: boolean;
  from: { name: string; address: string };
  /** At least one, none twice. */
  to: string[];
}

/** Ports where the address names none, as Apprise has them. */
const PORTS: Record<MailSecurity, number> = { tls: 465, starttls: 587, offered: 25, none: 25 };

const OPTIONS = ['to', 'from', 'name', 'smtp', 'mode', 'verify'] as const;
type Options = Partial<Record<(typeof OPTIONS)[number], string>>;

/**
 * Reads `mailto://` and `mailtos://`; `username` is the decoded user of the address, who is the sender where none is named.
 * @throws Fault bad_input, which never repeats the address.
 */
export function readMailRoute(url: URL, username: string): MailRoute {
  if (url.protocol !== 'mailto:' && url.protocol !== 'mailtos:')
    throw refuse('an address that begins with mailto:// or mailtos://', 'another');
  const options = readOptions(url);
  const domain = hostOf(url.hostname);
  const host = options.smtp === undefined ? domain : hostOf(options.smtp);
  const security = securityOf(url, options.mode);
  const sender = senderOf(options, username, domain);
  const to = recipientsOf(url, options.to ?? sender.own ?? '');
  return {
    host: host.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? PORTS[security] : Number(url.port),
    security,
    verify: verifyOf(options.verify),
    from: { name: nameOf(options.name), address: sender.address },
    to,
  };
}

/** Host and port, as messages and lists show them. */
export function mailServerOf({ host, port }: Pick<MailRoute, 'host' | 'port'>): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** A plus is a plus here, as in Apprise: addresses have them. */
function readOptions({ search }: URL): Options {
  const params = new URLSearchParams(search.replaceAll('+', '%2B'));
  for (const name of params.keys())
    if (!OPTIONS.some((known) => known === name))
      throw refuse(`none but the options ${OPTIONS.join(', ')}`, 'another one');
  return Object.fromEntries([...new Set(params.keys())].map((name) => [name, params.getAll(name).join(',')]));
}

/** By the rules of http, which also turn names of other scripts into what the network knows. */
function hostOf(text: string): string {
  const isHost = /^(\[[\d:.a-f]+\]|[^\s/?#@\\:[\]]+)$/iu.test(text);
  if (isHost && URL.canParse(`http://${text}`)) return new URL(`http://${text}`).hostname;
  throw refuse('the name of a mail server as host', 'none', EXAMPLE);
}

const EXAMPLE = 'Write mailtos://user:password@smtp.example.org/?to=name@example.org';

function securityOf({ protocol, port }: URL, mode: string | undefined): MailSecurity {
  switch (mode) {
    case undefined:
      if (port === '465') return 'tls';
      return protocol === 'mailtos:' ? 'starttls' : 'offered';
    case 'ssl':
      return 'tls';
    case 'starttls':
      return 'starttls';
    case 'insecure':
      if (protocol === 'mailto:') return 'none';
      throw refuse('mode=ssl or mode=starttls beside mailtos', 'mode=insecure', 'Write mailto:// for it');
    default:
      throw refuse('mode=ssl, mode=starttls or mode=insecure', 'another mode');
  }
}

function verifyOf(text = 'yes'): boolean {
  if (['yes', 'true', '1'].includes(text)) return true;
  if (['no', 'false', '0'].includes(text)) return false;
  throw refuse('verify=yes or verify=no', 'something else');
}

function nameOf(text = 'Longplay'): string {
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text))
    throw refuse('a name on one line', 'line breaks or control characters');
  return text;
}

/** `own`: an address of the sender that the user named, who gets what has no other recipient. */
function senderOf(options: Options, username: string, domain: string): { address: string; own?: string } {
  if (options.from !== undefined) {
    if (isMailAddress(options.from)) return { address: options.from, own: options.from };
    throw refuse('a mail address behind from=', 'something else', 'A name goes behind name=');
  }
  if (isMailAddress(username)) return { address: username, own: username };
  if (options.smtp === undefined || username === '') return { address: `longplay@${literal(domain)}` };
  const own = `${username}@${domain}`;
  if (isMailAddress(own)) return { address: own, own };
  throw refuse('a user that makes a mail address with the host', 'another', EXAMPLE);
}

/** An IP address behind the @ stands in brackets (RFC 5321 §4.1.3). */
function literal(host: string): string {
  if (host.startsWith('[')) return `[IPv6:${host.slice(1)}`;
  return /^[\d.]+$/.test(host) ? `[${host}]` : host;
}

/** Of the path, as Apprise takes them too, and of the option. */
function recipientsOf({ pathname }: URL, listed: string): string[] {
  const inPath = pathname.split('/').map(decoded);
  const names = [...inPath, ...listed.split(',')].map((name) => name.trim()).filter((name) => name !== '');
  if (names.length === 0) throw refuse('somebody to write to', 'nobody', EXAMPLE);
  const wrong = names.findIndex((name) => !isMailAddress(name));
  if (wrong !== -1)
    throw refuse(`mail addresses to write to`, `something else in place ${wrong + 1}`, EXAMPLE);
  return [...new Set(names)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Nothing that could end one address and begin another; what is left the server judges. */
function isMailAddress(text: string): boolean {
  const part = String.raw`[^\s@<>()\[\],;:"\\\p{Cc}]+`;
  const domain = String.raw`(${part}|\[[\w:.]+\])`;
  return text.length <= 254 && new RegExp(`^${part}@${domain}$`, 'u').test(text);
}

function refuse(expected: string, came: string, remedy?: string): Fault {
  return new Fault('bad_input', `Expected ${expected}, got ${came}`, remedy === undefined ? {} : { remedy });
}
