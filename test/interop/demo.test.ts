import {fileURLToPath} from 'node:url';
import type {FrameLocator} from 'playwright-core';
import {expect, test} from 'vitest';
import {requirePeers} from '../support/peers/require.ts';
import {freePort} from '../support/ports.ts';
import {startRun} from '../support/run-folder.ts';
import {openBrowser} from '../web/browser.ts';

const demo = fileURLToPath(new URL('../../tools/demo.ts', import.meta.url));

/** Waits until an element has an attribute's value. */
async function becomes(frame: FrameLocator, testId: string, attribute: string, value: RegExp): Promise<void> {
  await expect
    .poll(() => frame.getByTestId(testId).first().getAttribute(attribute), {timeout: 10_000})
    .toMatch(value);
}

test('make run: the first press in the page is a real call between two stations', async (context) => {
  requirePeers(context, 'chromium');
  const run = startRun(context);
  const port = await freePort();
  const stations = run.processes.start(process.execPath, [demo], {env: {PORT: String(port)}});
  await stations.waitForOutput(/press the bell/, 30_000);

  const browser = await openBrowser();
  run.atEnd(() => browser.close());
  const page = await browser.newPage({viewport: {width: 1440, height: 900}});
  const mishaps: string[] = [];
  page.on('console', (message) => message.type() === 'error' && mishaps.push(message.text()));
  page.on('pageerror', (error) => mishaps.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(`http://127.0.0.1:${port}/`))
      mishaps.push(`foreign host: ${request.url()}`);
  });
  await page.goto(`http://127.0.0.1:${port}/`);
  const door = page.frameLocator('#door');
  const indoor = page.frameLocator('#indoor');
  await becomes(door, 'state', 'data-state', /^idle$/);
  await becomes(indoor, 'state', 'data-state', /^idle$/);

  await door.getByTestId('press-bell').first().click();
  await becomes(door, 'state', 'data-state', /^talking$/);
  await becomes(indoor, 'state', 'data-state', /^talking$/);
  // The ring of light is blue, as a pattern of its state.
  await becomes(door, 'light-ring', 'data-frame', /^(?!0+$)[0-9a-f]+$/);
  const labels = () =>
    door
      .getByTestId('ladder-message')
      .evaluateAll((messages) => messages.map((message) => message.getAttribute('data-label')));
  await expect.poll(labels, {timeout: 10_000}).toEqual(['INVITE', '180 Ringing', '200 OK', 'ACK']);
  // Both hear the other's recording.
  for (const frame of [door, indoor]) {
    for (const meter of ['meter-microphone', 'meter-speaker']) {
      await expect
        .poll(async () => Number(await frame.getByTestId(meter).first().getAttribute('data-level')), {
          timeout: 10_000,
        })
        .toBeGreaterThan(-60);
    }
  }
  await door.getByTestId('open-front').click();
  await becomes(door, 'door-front', 'data-open', /^true$/);
  await indoor.getByTestId('hang-up').click();
  await becomes(door, 'state', 'data-state', /^idle$/);
  await expect.poll(labels).toEqual(['INVITE', '180 Ringing', '200 OK', 'ACK', 'BYE', '200 OK']);
  expect(mishaps).toEqual([]);

  stations.signal('SIGTERM');
  expect(await stations.waitForExit(10_000)).toBe(0);
});
