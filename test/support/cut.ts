import { createServer, connect, type AddressInfo, type Socket } from 'node:net';

/** A way to a server that can be cut: connections break, and new ones are refused until it is mended. */
export interface Cuttable {
  port: number;
  cut: () => void;
  mend: () => void;
  /**
   * The next request that holds `word` arrives whole, and its answer is lost: the connection breaks with the answer's
   * first byte. `andCut` cuts the whole way with it.
   */
  loseAnswerTo: (word: string, options?: { andCut?: boolean }) => void;
  close: () => Promise<void>;
}

/** Passes bytes on to `port` of this machine, as a network between two machines does. */
export async function startCuttable(port: number): Promise<Cuttable> {
  const sockets = new Set<Socket>();
  let whole = true;
  let losing: { word: string; andCut: boolean } | undefined;
  const server = createServer((socket) => {
    if (!whole) {
      socket.resetAndDestroy();
      return;
    }
    const other = connect(port, '127.0.0.1');
    socket.on('data', (bytes: Buffer) => {
      if (losing === undefined || !bytes.includes(losing.word)) return;
      const { andCut } = losing;
      losing = undefined;
      other.unpipe(socket);
      other.once('data', () => {
        breakOff(socket);
        if (andCut) cut();
      });
      other.resume();
    });
    for (const [from, to] of [
      [socket, other],
      [other, socket],
    ] as const) {
      sockets.add(from);
      from.on('error', () => undefined);
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const cut = (): void => {
    whole = false;
    for (const socket of sockets) breakOff(socket);
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    mend: () => {
      whole = true;
    },
    loseAnswerTo: (word, { andCut = false } = {}) => {
      losing = { word, andCut };
    },
    close: async () => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
      cut();
      await closed;
    },
  };
}

/** Node cannot reset a socket that is being ended: it would stay open, and turn Node's own end into an endless loop. */
function breakOff(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
