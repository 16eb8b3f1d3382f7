import type { Config } from '../../config.js';
import { redact, redactText } from '../../redact.js';
import type { Log } from '../answers.js';
import type { Output, TextStream } from '../output.js';
import { logLine } from '../render/job.js';
import { createBarsView } from '../watch/bars-view.js';
import { createPlainLinesView } from '../watch/plain-lines-view.js';
import type { Listener } from './job-report.js';

export interface DirectView extends Listener {
  stop: () => void;
}

const LEVELS: Record<Config['logLevel'], string[]> = {
  debug: ['info', 'warn', 'error'],
  info: ['info', 'warn', 'error'],
  warn: ['warn', 'error'],
  error: ['error'],
  silent: [],
};

/**
 * Shows the job as `job watch` does, with its log: on the error stream, or above the bars of a terminal. With
 * `--json` the standard output is kept for the one document of the end, and the log is one document a line.
 */
export function createDirectView(view: {
  output: Output;
  stdout: TextStream;
  logLevel: Config['logLevel'];
}): DirectView {
  const shown = createShown(view.output, view.stdout);
  return {
    ...shown,
    log: (line) => {
      if (LEVELS[view.logLevel].includes(line.level)) shown.log(withoutSecrets(line));
    },
  };
}

function createShown(output: Output, stdout: TextStream): DirectView {
  const nothing = (): void => undefined;
  if (output.json) {
    return {
      change: nothing,
      stop: nothing,
      log: (line) => {
        output.note(JSON.stringify(line));
      },
    };
  }
  if (stdout.isTTY === true) {
    const bars = createBarsView(stdout);
    return {
      ...bars,
      log: (line) => {
        bars.print(logLine(line));
      },
    };
  }
  return {
    ...createPlainLinesView(output),
    stop: nothing,
    log: (line) => {
      output.note(logLine(line));
    },
  };
}

function withoutSecrets(line: Log): Log {
  return { ...line, message: redactText(line.message), metadata: redact(line.metadata) };
}
