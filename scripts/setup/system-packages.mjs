import { lastWords, onPath, run, say, spent } from './steps.mjs';

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
  // Real products that tests run against; who only runs Longplay needs none of them.
  {
    program: 'qbittorrent-nox',
    package: 'qbittorrent-nox',
    for: 'test',
    without: 'the tests of qBittorrent are skipped',
  },
  {
    program: 'transmission-daemon',
    package: 'transmission-daemon',
    for: 'test',
    without: 'the tests of Transmission are skipped',
  },
  { program: 'nzbget', package: 'nzbget', for: 'test', without: 'the tests of NZBGet are skipped' },
  { program: 'par2', package: 'par2', for: 'test', without: 'the tests of NZBGet are skipped' },
  { program: 'unar', package: 'unar', for: 'test', without: 'the tests of NZBGet are skipped' },
  { program: 'zip', package: 'zip', for: 'test', without: 'the tests of NZBGet are skipped' },
];

/**
 * FFmpeg and aria2, for tests more: PATH or the environment, else Debian's packages as root, else one plain sentence.
 */
export async function provideSystemPackages(purpose) {
  const missing = PROGRAMS.filter(
    ({ program, variable, for: only = purpose }) =>
      only === purpose && !process.env[variable] && onPath(program) === undefined,
  );
  if (missing.length === 0) return;
  const packages = packagesOf(missing.filter((entry) => entry.for === undefined));
  const extra = packagesOf(missing.filter((entry) => entry.for !== undefined));
  const installed = await installAll([packages, ...extra.map((name) => [name])]);
  const left = missing.filter((entry) => !installed.has(entry.package));
  for (const { package: name, without } of new Map(left.map((entry) => [entry.package, entry])).values()) {
    say(`! ${name} is not installed; without it ${without}. Install it: ${howToInstall(name)}`);
  }
}

function packagesOf(entries) {
  return [...new Set(entries.map((entry) => entry.package))];
}

/** Each group by itself: a package that a system does not have costs only its own group. Returns what is there now. */
async function installAll(groups) {
  const installed = new Set();
  if (process.getuid?.() !== 0 || onPath('apt-get') === undefined) return installed;
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  try {
    spent.downloads += await run('package lists', 'apt-get', ['update', '-qq'], { env });
  } catch (error) {
    say(`! apt-get could not fetch its lists: ${lastWords(error)}`);
  }
  for (const group of groups.filter(({ length }) => length > 0)) {
    if (await install(group, env)) for (const name of group) installed.add(name);
  }
  return installed;
}

async function install(packages, env) {
  try {
    const args = ['install', '-qq', '-y', '--no-install-recommends', ...packages];
    spent.downloads += await run(packages.join(' and '), 'apt-get', args, { env });
    say(`✓ ${packages.join(' and ')}`);
    return true;
  } catch (error) {
    say(`! apt-get could not install ${packages.join(' and ')}: ${lastWords(error)}`);
    return false;
  }
}

function howToInstall(name) {
  if (process.platform === 'darwin') return `brew install ${name}`;
  return onPath('apt-get') === undefined
    ? `with your system's package manager`
    : `sudo apt-get install ${name}`;
}
