import {dirname, join} from 'node:path';
import {expect, test} from 'vitest';
import {buildImage} from '../../tools/image/build-image.ts';
import {must} from '../../tools/setup/foreign-packages.ts';
import {startRun} from '../support/run-folder.ts';
import {image} from './support/board.ts';

test('the same sources give the same image, in another folder, under another umask and time zone', async (context) => {
  const run = startRun(context);
  const umask = process.umask(0o077);
  const zone = process.env['TZ'];
  context.onTestFinished(() => {
    process.umask(umask);
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  });
  process.env['TZ'] = 'Pacific/Chatham';
  const again = await buildImage({
    board: 'raspberry-pi-3',
    keys: join(dirname(image.disk), 'keys'),
    into: run.folder,
    acceptNewer: true,
    say: () => {},
  });
  // The first difference, if any, is in what it throws.
  await expect(must(['cmp', image.disk, again.disk])).resolves.toBe('');
});
