import { rm } from 'node:fs/promises';

import { normalizeError } from '../../domain/faults.js';
import {
  DECODED,
  type Capability,
  type DecodePath,
  type EncoderCapability,
  type Probed,
} from '../../domain/media/capabilities.js';
import {
  ENCODER_NAMES,
  RATE_CONTROLS,
  VENDORS,
  type HardwareWay,
  type Vendor,
} from '../../domain/media/encode-way.js';
import { TONE } from '../plan/video-filter.js';
import type { MediaTools } from '../tools.js';
import type { CardDevices } from './devices.js';
import { makeBase, makeDecoded } from './samples.js';
import { makeTrialFolder } from './trial-folder.js';
import { tryDecode, tryEncode, tryFilter, type Trial } from './try-way.js';

const FILTERS = [
  ['tone mapping (zscale)', TONE.join(',')],
  ['deinterlacing (bwdif)', 'bwdif=mode=send_frame:deint=all'],
] as const;

/**
 * Tries every encoder on every device, then what its card decodes and keeps (media.md §5.1). Some seconds where there is a
 * card, one where there is none.
 * @throws the signal's reason; FfmpegFault environment where there is no FFmpeg at all.
 */
export async function probeHardware(
  tools: Pick<MediaTools, 'run' | 'describe'>,
  { devices, signal }: { devices: CardDevices; signal: AbortSignal },
): Promise<Omit<Probed, 'probedAt'>> {
  const folder = await makeTrialFolder();
  try {
    const sample = await makeBase({ run: tools.run, folder, signal });
    const trial = { tools, folder, sample, signal };
    const software = await tryEncode(trial, { encoder: 'software' });
    const encoders: EncoderCapability[] = [];
    for (const vendor of VENDORS)
      for (const device of vendor === 'nvenc' ? devices.nvenc : devices.nodes)
        encoders.push(await tryCard(trial, { vendor, device }));
    return {
      encoders: [
        ...encoders,
        {
          encoder: 'software',
          name: ENCODER_NAMES.software,
          device: null,
          rateControl: 'quality',
          decoders: [],
          ...software,
        },
      ],
      filters: await tryFilters(trial),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function tryFilters(trial: Trial): Promise<Probed['filters']> {
  const filters: Probed['filters'] = [];
  for (const [name, filter] of FILTERS) filters.push({ name, ...(await tryFilter(trial, filter)) });
  return filters;
}

async function tryCard(
  trial: Trial,
  { vendor, device }: { vendor: Vendor; device: string | null },
): Promise<EncoderCapability> {
  let found: Capability & Pick<HardwareWay, 'rateControl'> = {
    usable: false,
    reason: null,
    rateControl: 'quality',
  };
  for (const rateControl of vendor === 'nvenc' ? (['quality'] as const) : RATE_CONTROLS) {
    const tried = await tryEncode(trial, wayOf({ vendor, device, rateControl }));
    if (found.reason === null || tried.usable) found = { ...tried, rateControl };
    if (tried.usable) break;
  }
  const decoders = found.usable ? await tryDecoders(trial, wayOf({ vendor, device, ...found })) : [];
  return { encoder: vendor, name: ENCODER_NAMES[vendor], device, ...found, decoders };
}

function wayOf({
  vendor,
  device,
  rateControl,
}: { vendor: Vendor } & Pick<HardwareWay, 'device' | 'rateControl'>): HardwareWay {
  return { encoder: vendor, device, decode: 'software', frames: 'memory', rateControl, frugal: false };
}

async function tryDecoders(trial: Trial, way: HardwareWay): Promise<DecodePath[]> {
  const paths: DecodePath[] = [];
  for (const decoded of DECODED) {
    const sample = await makeDecoded({ ...trial, run: trial.tools.run }, decoded).catch(normalizeError);
    trial.signal.throwIfAborted();
    for (const frames of ['memory', 'card'] as const) {
      const asked = { ...decoded, frames, usable: false, reason: 'This FFmpeg cannot make a sample of it' };
      const tried = typeof sample === 'string' ? await tryDecode({ ...trial, sample }, way, asked) : {};
      paths.push({ ...asked, ...tried });
    }
  }
  return paths;
}
