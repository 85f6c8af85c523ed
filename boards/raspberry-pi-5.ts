import {raspberryPi} from './parts/raspberry-pi.ts';

/**
 * Raspberry Pi 5, experimental. Its lines are those of the I/O chip RP1: the maker's kernel calls them GPIOn, Debian's 7.3
 * gives them numbers only, and knows neither SPI nor serial port of that chip: there the light ring stays dark.
 */
export const board = raspberryPi({
  name: 'raspberry-pi-5',
  title: 'Raspberry Pi 5',
  compatible: ['raspberrypi,5-model-b'],
  chip: 'pinctrl-rp1',
  serialPorts: [{device: '/dev/ttyAMA0', pins: [8, 10]}],
  image: {
    kernel: 'trixie-backports',
    deviceTree: 'broadcom/bcm2712-rpi-5-b.dtb',
    config: ['dtparam=spi=on', 'dtparam=uart0=on'],
  },
});
