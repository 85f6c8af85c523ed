import {join} from 'node:path';
import {expect, test} from 'vitest';
import {buildImage} from '../../tools/image/build-image.ts';
import {built} from '../../tools/image/layout.ts';
import {must} from '../../tools/setup/foreign-packages.ts';
import {startRun} from '../support/run-folder.ts';
import {imageOf} from './support/board.ts';

test.for(['raspberry-pi-3', 'raspberry-pi-5'])(
  'the same sources give the same image for %s, in another folder, under another umask and time zone',
  async (board, context) => {
    const image = imageOf(context, board);
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
      board,
      keys: join(built, 'test/keys'),
      into: run.folder,
      acceptNewer: true,
      say: () => {},
    });
    // The first difference, if any, is in what it throws.
    await expect(must(['cmp', image.disk, again.disk])).resolves.toBe('');
  },
);
