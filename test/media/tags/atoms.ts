/** MP4 written by hand, as other programs than FFmpeg write it. */
export function atom(type: string, content: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32BE(8 + content.length);
  header.write(type, 4, 'latin1');
  return Buffer.concat([header, content]);
}

function data(value: string): Buffer {
  return atom('data', Buffer.concat([Buffer.from([0, 0, 0, 1, 0, 0, 0, 0]), Buffer.from(value)]));
}

export function text(type: string, value: string): Buffer {
  return atom(type, data(value));
}

export function freeform(name: string, value: string): Buffer {
  const versioned = (what: string): Buffer => Buffer.concat([Buffer.alloc(4), Buffer.from(what)]);
  return atom(
    '----',
    Buffer.concat([atom('mean', versioned('com.apple.iTunes')), atom('name', versioned(name)), data(value)]),
  );
}

/** A table of contents with nothing but tags. */
export function moovOf(tags: readonly Buffer[]): Buffer {
  const handler = atom('hdlr', Buffer.concat([Buffer.alloc(8), Buffer.from('mdirappl'), Buffer.alloc(9)]));
  const meta = atom('meta', Buffer.concat([Buffer.alloc(4), handler, atom('ilst', Buffer.concat(tags))]));
  return atom('moov', atom('udta', meta));
}
