import os from 'node:os';

/** The machine in words; neither its name nor a path of it. */
export interface Machine {
  cpu: string;
  cores: number;
  memoryMiB: number;
  node: string;
  os: string;
  /** Versions of the servers, where the bench asked them. */
  postgres?: string;
  temporal?: string;
}

export function describeMachine(): Machine {
  const cores = os.cpus();
  return {
    cpu: cores[0]?.model.trim() ?? 'unknown',
    cores: cores.length,
    memoryMiB: Math.round(os.totalmem() / 1_048_576),
    node: process.versions.node,
    os: `${os.type()} ${os.release()}`,
  };
}
