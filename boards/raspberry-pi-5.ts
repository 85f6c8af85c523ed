import {raspberryPi} from './parts/raspberry-pi.ts';

/**
 * Raspberry Pi 5, experimental: its lines are those of the I/O chip RP1, under the names that the maker's kernel gives them.
 */
export const board = raspberryPi({
  name: 'raspberry-pi-5',
  title: 'Raspberry Pi 5',
  compatible: ['raspberrypi,5-model-b'],
  sysfsChip: 'pinctrl-rp1',
  serialPorts: [{device: '/dev/ttyAMA0', pins: [8, 10]}],
  image: {
    kernel: 'trixie-backports',
    deviceTree: 'broadcom/bcm2712-rpi-5-b.dtb',
    config: ['dtparam=spi=on', 'dtparam=uart0=on'],
  },
});
