import { execFile } from 'node:child_process';

import type { Config } from '../../config.js';
import { findProgram, findTemporal } from '../../embedded/programs.js';
import { ok, wrong, type Finding } from './finding.js';

interface WantedProgram {
  name: string;
  /** Name or path, as configured. */
  program: string;
  versionArguments: readonly string[];
  /** Finds the version in what it says of itself. */
  version: RegExp;
  needed: 'advice' | 'broken';
  without: string;
  remedy: string;
}

type ProgramSettings = Pick<Config, 'programs' | 'searchPath' | 'temporal'>;

/** Everything that Longplay runs as a child: started for real, since a file alone may lack a library. */
export async function checkPrograms(config: ProgramSettings): Promise<Finding[]> {
  const wanted = [...mediaPrograms(config), downloadProgram(config), ...temporalProgram(config)];
  return Promise.all(wanted.map((program) => checkProgram(program, config.searchPath)));
}

async function checkProgram(wanted: WantedProgram, searchPath: string | undefined): Promise<Finding> {
  const { name, needed, without, remedy } = wanted;
  const where = findProgram(wanted.program, searchPath);
  if (where === undefined) {
    return wrong(name, { state: needed, detail: `${wanted.program} is not there; ${without}`, remedy });
  }
  const told = await firstWords(where, wanted.versionArguments);
  if ('failure' in told) {
    return wrong(name, { state: needed, where, detail: `It does not start: ${told.failure}`, remedy });
  }
  const version = wanted.version.exec(told.output)?.[1];
  return ok(name, { where, ...(version === undefined ? {} : { version }) });
}

function firstWords(
  program: string,
  parameters: readonly string[],
): Promise<{ output: string } | { failure: string }> {
  return new Promise((resolve) => {
    execFile(program, [...parameters], { timeout: 10_000, maxBuffer: 1_000_000 }, (error, stdout) => {
      resolve(
        error === null ? { output: stdout } : { failure: error.message.trim().replaceAll(/\s+/g, ' ') },
      );
    });
  });
}

function mediaPrograms({ programs }: ProgramSettings): WantedProgram[] {
  const install = 'Install the package ffmpeg ("apt install ffmpeg", "brew install ffmpeg")';
  const shared = { versionArguments: ['-version'], version: /version (\S+)/, needed: 'advice' } as const;
  return [
    {
      ...shared,
      name: 'FFmpeg',
      program: programs.ffmpeg,
      without: 'no media can be made or checked to its end',
      remedy: `${install}, or set FFMPEG_PATH`,
    },
    {
      ...shared,
      name: 'ffprobe',
      program: programs.ffprobe,
      without: 'what is fetched cannot be checked',
      remedy: `${install}, or set FFPROBE_PATH`,
    },
  ];
}

function downloadProgram({ programs }: ProgramSettings): WantedProgram {
  return {
    name: 'aria2',
    program: programs.aria2,
    versionArguments: ['--version'],
    version: /version (\S+)/,
    needed: 'advice',
    without: 'there is no download client of our own',
    remedy:
      'Install the package aria2 ("apt install aria2", "brew install aria2"), set ARIA2_PATH, or add another client: longplay client add --help',
  };
}

/** Not asked for where another Temporal server is used. */
function temporalProgram({ temporal, searchPath }: ProgramSettings): WantedProgram[] {
  if (temporal.address !== undefined) return [];
  return [
    {
      name: 'Temporal CLI',
      program: findTemporal({ ...temporal, searchPath }) ?? temporal.cliPath ?? 'temporal',
      versionArguments: ['--version'],
      version: /version v?([\d.]+)/,
      needed: 'broken',
      without: 'Longplay cannot run its own Temporal server',
      remedy: 'Run "npm start", which fetches it, or set TEMPORAL_CLI_PATH or TEMPORAL_ADDRESS',
    },
  ];
}
