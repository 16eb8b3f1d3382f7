declare module 'parse-torrent' {
  /** Bytes of a .torrent file; rejects for anything that is none. The shape is checked where it is used. */
  export default function parseTorrent(torrent: Uint8Array): Promise<unknown>;
}
