import { rmSync } from 'node:fs';

/** Leaves no process and no file behind. */
export default async function tearDown() {
  const { folder, services } = globalThis.longplayTestServers ?? { services: [] };
  for (const service of services) await service.stop();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}
