import type { ClientCheck, ClientWarning } from '../port.js';
import { serverStatus, settings } from './records.js';
import type { NzbgetRpc } from './rpc.js';

/** Settings of NZBGet that lose what Longplay needs, or that hide what goes wrong. */
const RULES: {
  isWrong: (setting: (name: string) => string | undefined) => boolean;
  warning: ClientWarning;
}[] = [
  {
    isWrong: (setting) => setting('KeepHistory') === '0',
    warning: {
      code: 'keeps_no_history',
      message: 'NZBGet forgets an item as soon as it is finished, so that it looks removed',
      remedy: 'Set KeepHistory to 7 days or more',
    },
  },
  {
    isWrong: (setting) => !(Number(setting('DiskSpace')) > 0),
    warning: {
      code: 'no_disk_reserve',
      message: 'On a full disk NZBGet goes on and calls broken files a success',
      remedy: 'Set DiskSpace to 250 MB or more: NZBGet then pauses in time',
    },
  },
  {
    isWrong: (setting) => setting('ParCheck')?.toLowerCase() === 'manual',
    warning: {
      code: 'repairs_by_hand_only',
      message: 'NZBGet repairs nothing by itself',
      remedy: 'Set ParCheck to auto',
    },
  },
  {
    isWrong: (setting) => setting('Unpack')?.toLowerCase() === 'no',
    warning: {
      code: 'unpacks_nothing',
      message: 'NZBGet leaves archives packed, and what is in them cannot be filed',
      remedy: 'Set Unpack to yes',
    },
  },
];

export async function checkSettings(rpc: NzbgetRpc, signal: AbortSignal): Promise<ClientCheck> {
  const configured = await rpc('config', [], settings, signal);
  const { freeBytes } = await rpc('status', [], serverStatus, signal);
  const setting = (name: string): string | undefined => configured.get(name);
  const saveDirectory = setting('DestDir');
  return {
    warnings: RULES.filter(({ isWrong }) => isWrong(setting)).map(({ warning }) => warning),
    ...(freeBytes === undefined ? {} : { freeBytes }),
    ...(saveDirectory === undefined ? {} : { saveDirectory }),
  };
}
