// Sets up a fresh clone: node modules, the Temporal program, FFmpeg and aria2, the build. Node built-ins only,
// since nothing else is there yet. Quick when nothing is missing, and it opens no connection then.
// This file itself runs on any Node that knows modules, so that an old one is refused in words.
const LEAST_NODE = [20, 19];
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < LEAST_NODE[0] || (major === LEAST_NODE[0] && minor < LEAST_NODE[1])) {
  process.stdout.write(
    `✗ Expected Node ${LEAST_NODE.join('.')} or later, got ${process.versions.node}: install a newer one from nodejs.org.\n`,
  );
  process.exitCode = 1;
} else {
  const { setUp } = await import('./setup/set-up.mjs');
  const { withLock } = await import('./setup/lock.mjs');
  const asked = process.argv.indexOf('--for');
  const purpose = asked < 0 ? 'start' : process.argv[asked + 1];
  try {
    await withLock(() => setUp(purpose));
  } catch (error) {
    process.stdout.write(`✗ ${error.message}\n`);
    process.exitCode = 1;
  }
}
