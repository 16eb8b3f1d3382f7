import { onPath, run, say, spent } from './steps.mjs';

const PROGRAMS = [
  {
    program: 'ffmpeg',
    variable: 'FFMPEG_PATH',
    package: 'ffmpeg',
    without: 'files cannot be probed, filed or encoded',
  },
  {
    program: 'ffprobe',
    variable: 'FFPROBE_PATH',
    package: 'ffmpeg',
    without: 'files cannot be probed, filed or encoded',
  },
  {
    program: 'aria2c',
    variable: 'ARIA2_PATH',
    package: 'aria2',
    without: 'there is no embedded download client',
  },
];

/** FFmpeg and aria2: PATH or the environment, else Debian's packages as root, else one plain sentence. */
export async function provideSystemPackages() {
  const missing = PROGRAMS.filter(
    ({ program, variable }) => !process.env[variable] && onPath(program) === undefined,
  );
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((entry) => entry.package))];
  if (process.getuid?.() === 0 && onPath('apt-get') !== undefined && (await install(packages))) return;
  for (const { package: name, without } of new Map(missing.map((entry) => [entry.package, entry])).values()) {
    say(`! ${name} is not installed; without it ${without}. Install it: ${howToInstall(name)}`);
  }
}

async function install(packages) {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  try {
    spent.downloads += await run('package lists', 'apt-get', ['update', '-qq'], { env });
    const args = ['install', '-qq', '-y', '--no-install-recommends', ...packages];
    spent.downloads += await run(packages.join(' and '), 'apt-get', args, { env });
    say(`✓ ${packages.join(' and ')}`);
    return true;
  } catch (error) {
    say(`! apt-get could not install ${packages.join(' and ')}: ${error.message.split('\n').at(-1)}`);
    return false;
  }
}

function howToInstall(name) {
  if (process.platform === 'darwin') return `brew install ${name}`;
  return onPath('apt-get') === undefined
    ? `with your system's package manager`
    : `sudo apt-get install ${name}`;
}
