import {type Browser, type BrowserContextOptions, chromium, type Page} from 'playwright-core';
import {peerProgram} from '../support/peers/require.ts';

/** A headless Chromium that talks to nobody but the page under test. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: peerProgram('chromium'),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** A page, once it shows a certain part, with everything that should not have happened in it: console errors, exceptions, foreign hosts. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
  shows = 'state',
): Promise<{page: Page; mishaps: string[]}> {
  const page = await browser.newPage(options);
  const mishaps: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') mishaps.push(message.text());
  });
  page.on('pageerror', (error) => mishaps.push(error.message));
  page.on('request', (request) => {
    if (new URL(request.url()).host !== new URL(url).host) mishaps.push(`foreign host: ${request.url()}`);
  });
  await page.goto(url);
  await page.getByTestId(shows).waitFor();
  return {page, mishaps};
}
