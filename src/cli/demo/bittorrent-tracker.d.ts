declare module 'bittorrent-tracker' {
  import type { EventEmitter } from 'node:events';
  import type { Server as HttpServer } from 'node:http';

  interface ServerOptions {
    udp: boolean;
    ws: boolean;
    stats: boolean;
    /** Milliseconds that clients are asked to leave between announces. */
    interval: number;
    filter: (infoHash: string, params: unknown, done: (refusal: Error | null) => void) => void;
  }

  export class Server extends EventEmitter {
    constructor(options: ServerOptions);
    readonly http: HttpServer;
    /** Swarms by info hash; `complete` counts the seeders. */
    readonly torrents: Partial<Record<string, { complete: number }>>;
    listen(port: number, host: string, listening: () => void): void;
    close(closed: () => void): void;
  }
}
