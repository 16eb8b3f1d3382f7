import { generateKeyPairSync, sign } from 'node:crypto';

export interface Certificate {
  /** PEM */
  key: string;
  /** PEM; its own authority. */
  cert: string;
}

const DAY_MS = 24 * 3_600_000;

/** A certificate for one IPv4 address, signed by itself; made here, since not every machine has a tool for it. */
export function makeCertificate({ ip = '127.0.0.1', days = 1 } = {}): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const now = Date.now();
  const name = sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from('mail.test')))));
  const signed = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    ECDSA_SHA256,
    name,
    sequence(time(now - 2 * DAY_MS), time(now + days * DAY_MS)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(sequence(ALTERNATIVE_NAME, der(0x04, sequence(der(0x87, Buffer.from(bytesOf(ip)))))))),
  );
  const signature = Buffer.concat([Buffer.from([0]), sign('sha256', signed, privateKey)]);
  const whole = sequence(signed, ECDSA_SHA256, der(0x03, signature));
  const lines = whole.toString('base64').replaceAll(/.{64}/g, '$&\n');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
}

/** The fields of RFC 5280 §4.1, each with its tag and length (X.690). */
function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const size = content.length;
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, ...parts);
}

/** UTCTime: two digits of the year. */
function time(ms: number): Buffer {
  return der(0x17, Buffer.from(`${new Date(ms).toISOString().replaceAll(/\D/g, '').slice(2, 14)}Z`));
}

function bytesOf(ip: string): number[] {
  return ip.split('.').map(Number);
}

const COMMON_NAME = der(0x06, Buffer.from([0x55, 0x04, 0x03]));
const ALTERNATIVE_NAME = der(0x06, Buffer.from([0x55, 0x1d, 0x11]));
const ECDSA_SHA256 = sequence(der(0x06, Buffer.from('2a8648ce3d040302', 'hex')));
