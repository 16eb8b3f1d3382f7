import type { ClientCheck, ClientWarning } from '../port.js';
import type { SabnzbdApi } from './api.js';
import { isEnglish, readSettings } from './queue-state.js';
import { bytesOfSetting, queuePage, type Settings } from './records.js';

/** Settings of SABnzbd that hide what goes wrong, or that refuse what Longplay adds. */
const RULES: { isWrong: (setting: Settings) => boolean; warning: ClientWarning }[] = [
  {
    isWrong: (setting) => !isEnglish(setting),
    warning: {
      code: 'not_english',
      message: 'SABnzbd tells failures in another language, so that a full disk looks like any other failure',
      remedy: 'Set its language to English',
    },
  },
  {
    isWrong: (setting) => bytesOfSetting(setting('download_free')) === 0,
    warning: {
      code: 'no_disk_reserve',
      message: 'SABnzbd fills the disk to the last byte',
      remedy: 'Set "Minimum Free Space for Temporary Download Folder" to 1G or more',
    },
  },
  {
    isWrong: (setting) => Number(setting('no_dupes')) > 0,
    warning: {
      code: 'refuses_duplicates',
      message: 'SABnzbd decides itself which releases it has had, and may fail or pause what Longplay adds',
      remedy: 'Turn its duplicate detection off',
    },
  },
  {
    isWrong: (setting) => setting('history_retention') === '-1',
    warning: {
      code: 'keeps_no_history',
      message: 'SABnzbd forgets an item as soon as it is finished, so that it looks removed',
      remedy: 'Let it keep its history for 7 days or more',
    },
  },
];

export async function checkSettings(api: SabnzbdApi, signal: AbortSignal): Promise<ClientCheck> {
  const setting = await readSettings(api, signal);
  const { freeBytesComplete } = await api({ mode: 'queue', start: '0', limit: '1' }, queuePage, { signal });
  const saveDirectory = setting('complete_dir');
  return {
    warnings: RULES.filter(({ isWrong }) => isWrong(setting)).map(({ warning }) => warning),
    freeBytes: freeBytesComplete,
    // Below its own folder, which it does not tell, unless it is absolute.
    ...(/^([/\\]|[A-Za-z]:)/.test(saveDirectory) ? { saveDirectory } : {}),
  };
}
