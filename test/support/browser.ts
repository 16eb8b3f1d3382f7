import { chromium, type Browser } from 'playwright-core';

import { findProgram } from '../../src/embedded/programs.js';

/** Debian's Chromium, or the one of CHROMIUM_PATH; undefined where there is none. */
export function findChromium(): string | undefined {
  return process.env['CHROMIUM_PATH'] ?? findProgram('chromium', process.env['PATH']);
}

export function startBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      // Its own sandbox refuses root.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ...['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
      ...['--disable-component-update', '--disable-sync'],
    ],
  });
}
