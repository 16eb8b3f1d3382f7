import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

import { Fault } from '../domain/faults.js';

/** Seals secrets that have to be stored and used again: API keys, passwords, links that carry keys. */
export interface Seal {
  seal: (secret: string) => string;
  /** @throws Fault credentials when it was sealed by another key or changed. */
  open: (sealed: string) => string;
}

const VERSION = 'v1';

/** AES-256-GCM with a random nonce; `key` is any long secret of this installation. */
export function createSeal(key: string): Seal {
  const secretKey = createHash('sha256').update(`longplay seal ${key}`).digest();
  return {
    seal: (secret) => {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', secretKey, nonce);
      const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
      return [
        VERSION,
        ...[nonce, cipher.getAuthTag(), sealed].map((part) => part.toString('base64url')),
      ].join('.');
    },
    open: (sealed) => {
      const [version, nonce, tag, text] = sealed.split('.');
      try {
        if (version !== VERSION || nonce === undefined || tag === undefined || text === undefined) {
          throw new Error(`Expected a ${VERSION} seal of four parts`);
        }
        const decipher = createDecipheriv('aes-256-gcm', secretKey, Buffer.from(nonce, 'base64url'), {
          // Otherwise Node takes a tag that was cut to 4 bytes, which can be guessed.
          authTagLength: 16,
        });
        decipher.setAuthTag(Buffer.from(tag, 'base64url'));
        return Buffer.concat([decipher.update(Buffer.from(text, 'base64url')), decipher.final()]).toString(
          'utf8',
        );
      } catch (error) {
        throw new Fault('credentials', 'A stored secret cannot be opened with the key of this data folder', {
          remedy: 'Enter the secret again in the settings',
          cause: error,
        });
      }
    },
  };
}
