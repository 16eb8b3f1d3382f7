import { readFileSync } from 'node:fs';
import os from 'node:os';

/** The machine in words; neither its name nor a path of it. */
export interface Machine {
  cpu: string;
  cores: number;
  memoryMiB: number;
  node: string;
  os: string;
  /** Versions of what else was at work, where the bench asked for them. */
  postgres?: string;
  temporal?: string;
  ffmpeg?: string;
}

export function describeMachine(): Machine {
  const cores = os.cpus();
  return {
    cpu: cores[0]?.model.trim() ?? 'unknown',
    cores: cores.length,
    memoryMiB: Math.round(os.totalmem() / 1_048_576),
    node: process.versions.node,
    os: system(),
  };
}

/** The distribution by its own name; elsewhere the kernel's. */
function system(): string {
  try {
    return /^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? os.type();
  } catch {
    return os.type();
  }
}
