import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

const MACHINE = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
];
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A real Chromium: the one that CHROMIUM_PATH names, or the machine's, or the one that comes as an npm package. */
export async function startBrowser(): Promise<Browser> {
  const own = process.env.CHROMIUM_PATH ?? MACHINE.find((path) => existsSync(path));
  return chromium.launch({ executablePath: own ?? (await packagedChromium()), args: FLAGS, headless: true });
}

/** With this variable the package brings the libraries along that a bare machine does not have. */
async function packagedChromium(): Promise<string> {
  process.env.AWS_LAMBDA_JS_RUNTIME ??= 'nodejs22.x';
  const { default: packaged } = await import('@sparticuz/chromium');
  return packaged.executablePath();
}
