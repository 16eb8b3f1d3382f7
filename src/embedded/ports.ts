import { createServer } from 'node:net';

/** The wished port on `host` if it is free, else a free one. */
export async function choosePort(wished: number, host = '127.0.0.1'): Promise<number> {
  return (await tryPort(wished, host)) ?? (await tryPort(0, host)) ?? wished;
}

export async function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return (await tryPort(port, host)) !== undefined;
}

function tryPort(port: number, host: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(undefined);
    });
    server.listen(port, host, () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : undefined);
      });
    });
  });
}
