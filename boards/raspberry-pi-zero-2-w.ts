import {raspberryPi} from './parts/raspberry-pi.ts';

/** Raspberry Pi Zero 2 W, as Debian's kernel describes it. The header's serial port is ttyS1, of which the kernel makes its console. */
export const board = raspberryPi({
  name: 'raspberry-pi-zero-2-w',
  title: 'Raspberry Pi Zero 2 W',
  compatible: ['raspberrypi,model-zero-2-w'],
  chip: 'pinctrl-bcm2835',
  serialPorts: [{device: '/dev/ttyS1', pins: [8, 10]}],
  // Its USB interrupts the processor for all that moves: half as often as usual. Not measured.
  soundTiming: {periodMs: 20, bufferMs: 400},
  image: {
    kernel: 'trixie',
    deviceTree: 'broadcom/bcm2837-rpi-zero-2-w.dtb',
    config: ['dtparam=spi=on', 'enable_uart=1'],
  },
});
