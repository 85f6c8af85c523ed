import {peerProgram} from '../../support/peers/require.ts';
import type {Run} from '../../support/run-folder.ts';

/** This side of the cable to the board, in a network of the tests' own (main.ts). */
export const HOST = '192.0.2.1';
/** What the DHCP server of the tests gives to the board. */
export const BOARD = '192.0.2.50';
export const BOARD_MAC = '52:54:00:d0:0b:11';
/** The interface of this side. */
export const CABLE = 'board0';

/** A DHCP server for the board, and nothing else. */
export function startDhcp(run: Run): void {
  run.processes.start(peerProgram('dnsmasq'), [
    ...[
      '--keep-in-foreground',
      '--conf-file=/dev/null',
      '--port=0',
      `--interface=${CABLE}`,
      '--bind-interfaces',
    ],
    ...[
      '--user=root',
      `--dhcp-range=${BOARD},static`,
      `--dhcp-host=${BOARD_MAC},${BOARD}`,
      '--dhcp-authoritative',
    ],
    ...[`--dhcp-leasefile=${run.folder}/leases`, `--pid-file=${run.folder}/dnsmasq.pid`, '--log-facility=-'],
  ]);
}
