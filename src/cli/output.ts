import { plainText } from './render/plain-text.js';

/** A stream of the process; in a pipe or a file it is no terminal and has no size. */
export type TextStream = NodeJS.WritableStream & {
  isTTY?: boolean | undefined;
  columns?: number | undefined;
  rows?: number | undefined;
};

export interface Output {
  json: boolean;
  /** Columns of the terminal; undefined where nothing shall be cut, as in a pipe. */
  width: number | undefined;
  /** Prints the one document of `--json`, or the lines that people read. */
  show: (document: unknown, lines: () => string[]) => void;
  /** One JSON document a line. */
  record: (document: unknown) => void;
  lines: (lines: string[]) => void;
  /** Goes to the error stream, so that it never mixes with data. */
  note: (text: string) => void;
}

export function createOutput(streams: { stdout: TextStream; stderr: TextStream; json: boolean }): Output {
  const { stdout, stderr, json } = streams;
  const write = (stream: TextStream, text: string): void => {
    stream.write(`${text}\n`);
  };
  const lines = (all: string[]): void => {
    for (const line of all) write(stdout, plainText(line));
  };
  return {
    json,
    width: stdout.isTTY === true ? stdout.columns : undefined,
    show: (document, toLines) => {
      if (json) write(stdout, JSON.stringify(document, null, 2));
      else lines(toLines());
    },
    record: (document) => {
      write(stdout, JSON.stringify(document));
    },
    lines,
    note: (text) => {
      write(stderr, plainText(text));
    },
  };
}
