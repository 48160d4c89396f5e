import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

/** A browser of this machine; none is downloaded. `CHROMIUM_PATH` names one elsewhere. */
export const chromiumPath = [process.env['CHROMIUM_PATH'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'].find(
  (path) => path !== undefined && existsSync(path),
);

export const launchChromium = (): Promise<Browser> => chromium.launch({ ...(chromiumPath !== undefined && { executablePath: chromiumPath }), args: ['--no-sandbox'] });
