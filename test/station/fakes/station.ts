import {CallLog} from '../../../firmware/station/call-log.ts';
import {Database} from '../../../firmware/station/database.ts';
import {Journal} from '../../../firmware/station/journal.ts';
import type {NetworkView} from '../../../firmware/station/network-monitor.ts';
import {Station} from '../../../firmware/station/station.ts';
import type {Board} from '../../../hal/hal.ts';
import {FakeClock} from '../../support/fake-clock.ts';
import {FakeInput, FakeOutput, FakeReader, FakeRing} from './board.ts';
import {configuration, type Settings} from './configuration.ts';
import {FakeLog} from './log.ts';
import {FakeMedia} from './media.ts';
import {FakeTelephone} from './telephone.ts';

/** A station on a board, a telephone and a clock that the test moves. */
export function makeStation(
  settings: Settings = {},
  file = ':memory:',
  network?: NetworkView,
  {
    reset,
    isNew = () => false,
    down = [],
  }: {
    isNew?: () => boolean;
    reset?: ConstructorParameters<typeof Station>[0]['reset'];
    /** Buttons that are held since before the start. */
    down?: readonly (0 | 1)[];
  } = {},
) {
  const clock = new FakeClock();
  const log = new FakeLog();
  const database = new Database({file, clock, log});
  const journal = new Journal({database, clock});
  const callLog = new CallLog({database});
  const telephone = new FakeTelephone();
  const media = new FakeMedia();
  const buttons = [new FakeInput('button-1'), new FakeInput('button-2')] as const;
  for (const button of down) buttons[button].active = true;
  const relay = new FakeOutput('relay-1');
  const readers: FakeReader[] = [];
  const ring = new FakeRing();
  const board: Board = {
    name: 'simulated',
    inputs: new Map(buttons.map((button) => [button.name, button])),
    outputs: new Map([[relay.name, relay]]),
    light: ring,
    press: undefined,
    close() {},
  };
  const config = configuration(settings);
  const station = new Station({
    config,
    board,
    version: '0.0.0',
    telephone,
    media,
    journal,
    callLog,
    openReader: () => {
      const reader = new FakeReader();
      readers.push(reader);
      return reader;
    },
    network,
    reset,
    isNew,
    clock,
    log,
  });
  station.start();
  /** The kinds of what the journal has, in order. */
  const kinds = () => journal.after(0, 1_000).map(({kind}) => kind);
  const press = (button = 0) => {
    buttons[button]!.move(true, clock.now());
    buttons[button]!.move(false, clock.now());
  };
  return {
    station,
    clock,
    log,
    database,
    journal,
    callLog,
    telephone,
    media,
    buttons,
    relay,
    readers,
    ring,
    kinds,
    press,
  };
}
