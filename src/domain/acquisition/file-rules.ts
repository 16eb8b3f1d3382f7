import { classifyFile, DANGEROUS } from './classify.js';
import { refuse, type Rejection } from './rejection.js';
import { isEncrypted } from './release-format.js';
import type { RuleFacts } from './rule-facts.js';

/** What is inside, by the name of the release and by the names of its files where the indexer tells them. */
export const fileRules = [encryptedRule, dangerousRule] as const;

/** Why a release may not be fetched, by the names of its files: DANGEROUS_NAME and DRM of §3.3. */
export function refuseFiles(paths: readonly string[]): string | undefined {
  return refuseDangerous(paths) ?? refuseEncrypted(paths);
}

function refuseDangerous(paths: readonly string[]): string | undefined {
  const dangerous = paths.find((path) => DANGEROUS.test(path));
  return dangerous === undefined ? undefined : `expected media alone, it brings a program: "${dangerous}"`;
}

function refuseEncrypted(paths: readonly string[]): string | undefined {
  const encrypted = paths.find((path) => classifyFile(path, 'audiobook') === 'encrypted');
  const isPlayable = paths.some((path) => classifyFile(path, 'audiobook') === 'media');
  if (encrypted === undefined || isPlayable) return undefined;
  return `expected playable audio, "${encrypted}" is encrypted`;
}

function encryptedRule({ parsed, release }: RuleFacts): Rejection | undefined {
  if (isEncrypted(parsed.formats))
    return refuse('DRM', `expected playable audio, ${parsed.formats.join(', ')} is encrypted`);
  const files = refuseEncrypted(release.fileNames ?? []);
  return files === undefined ? undefined : refuse('DRM', files);
}

function dangerousRule({ release }: RuleFacts): Rejection | undefined {
  const files = refuseDangerous(release.fileNames ?? []);
  return files === undefined ? undefined : refuse('DANGEROUS_NAME', files);
}
