import { readdir } from 'node:fs/promises';
import path from 'node:path';

/** What is tried of a host's cards; null: without naming a device, so that FFmpeg says what is missing. */
export interface CardDevices {
  nvenc: readonly (string | null)[];
  nodes: readonly (string | null)[];
}

/**
 * A number names an NVIDIA card, and all render nodes are tried beside it, since the first of them is often another card's
 * (media.md §7 no. 26); the path of a render node names that one alone, and null none: the card has another owner.
 */
export async function findDevices(gpuDevice: string | null, folder = '/dev/dri'): Promise<CardDevices> {
  if (gpuDevice === null) return { nvenc: [], nodes: [] };
  if (gpuDevice.startsWith('/')) return { nvenc: [], nodes: [gpuDevice] };
  const names = await readdir(folder).catch((): string[] => []);
  const nodes = names.filter((name) => /^renderD\d+$/.test(name)).sort();
  return {
    nvenc: [gpuDevice],
    nodes: nodes.length === 0 ? [null] : nodes.map((name) => path.join(folder, name)),
  };
}
