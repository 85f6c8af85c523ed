import {raspberryPi} from './parts/raspberry-pi.ts';

/** Raspberry Pi 4 and 400, as Debian's kernel describes it. The header's serial port is ttyS1, of which the kernel makes its console. */
export const board = raspberryPi({
  name: 'raspberry-pi-4',
  title: 'Raspberry Pi 4',
  compatible: ['raspberrypi,4-model-b', 'raspberrypi,400'],
  chip: 'pinctrl-bcm2711',
  serialPorts: [{device: '/dev/ttyS1', pins: [8, 10]}],
  image: {
    kernel: 'trixie',
    deviceTree: 'broadcom/bcm2711-rpi-4-b.dtb',
    config: ['dtparam=spi=on', 'enable_uart=1'],
  },
});
