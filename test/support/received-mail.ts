/** A message as a mail program reads it: header lines unfolded, words and text decoded. */
export interface ReceivedMail {
  /** By names in lower case. */
  headers: Record<string, string>;
  text: string;
}

/** Reads a message of one part (RFC 5322, 2045 and 2047). */
export function readMail(raw: Buffer): ReceivedMail {
  const whole = raw.toString('latin1');
  const end = whole.indexOf('\r\n\r\n');
  const lines = whole
    .slice(0, end)
    .replaceAll(/\r\n(?=[ \t])/g, '')
    .split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), decodeWords(line.slice(colon + 1).trim())];
    }),
  );
  const body = whole.slice(end + 4);
  return { headers, text: decodeBody(body, headers['content-transfer-encoding']).replaceAll('\r\n', '\n') };
}

function decodeWords(text: string): string {
  return text
    .replaceAll(/(=\?[^?]+\?[QB]\?[^?]*\?=)\s+(?==\?)/gi, '$1')
    .replaceAll(/=\?utf-8\?([QB])\?([^?]*)\?=/gi, (_whole, kind: string, word: string) =>
      kind.toUpperCase() === 'B'
        ? Buffer.from(word, 'base64').toString('utf8')
        : decodeQuoted(word.replaceAll('_', ' ')),
    );
}

function decodeBody(body: string, encoding = '7bit'): string {
  switch (encoding.toLowerCase()) {
    case '7bit':
      return body;
    case 'base64':
      return Buffer.from(body, 'base64').toString('utf8');
    case 'quoted-printable':
      return decodeQuoted(body.replaceAll(/=\r\n/g, ''));
    default:
      throw new Error(`Expected an encoding that is known here, got ${encoding}`);
  }
}

function decodeQuoted(text: string): string {
  const bytes = text.replaceAll(/=([\dA-F]{2})/gi, (_whole, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
