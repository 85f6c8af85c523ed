/**
 * The kernel's modules that stay in all images, besides those of the image's boards (profiles.ts); what these need stays too.
 * Everything else that Debian builds is for other machines.
 */
export const kept: readonly string[] = [
  // Cards, file systems, updates.
  ...['squashfs', 'ext4', 'vfat', 'nls_ascii', 'nls_cp437', 'loop', 'dm-verity', 'nbd', 'overlay'],
  ...['usb-storage', 'uas', 'sd_mod', 'configfs', 'autofs4', 'efivarfs'],
  // The processors and what is around them.
  ...['bcm2835_wdt', 'raspberrypi-cpufreq', 'cpufreq-dt', 'iproc-rng200', 'gpio-regulator', 'fixed'],
  ...['spidev', 'i2c-dev', 'leds-gpio', 'pwrseq_simple', 'gpio-keys'],
  ...['ledtrig-timer', 'ledtrig-oneshot', 'ledtrig-pattern', 'ledtrig-transient', 'ledtrig-default-on'],
  // Network: Ethernet of the boards, USB adapters, Wi-Fi.
  ...['broadcom', 'bcm-phy-lib', 'lan78xx', 'microchip', 'smsc95xx', 'smsc', 'cdc_ether'],
  ...[
    'cdc_ncm',
    'rndis_host',
    'r8152',
    'asix',
    'ax88179_178a',
    'brcmfmac',
    'brcmfmac-wcc',
    'brcmfmac-cyw',
    'brcmfmac-bca',
    'ccm',
    'cmac',
  ],
  ...['ctr', 'gcm', 'aes-ce-ccm', 'aes-neon-blk', 'ghash-ce', '8021q', 'nf_tables'],
  // Sound, readers of cards, keypads, serial ports.
  ...['snd-usb-audio', 'snd-aloop', 'evdev', 'hid-generic', 'usbhid', 'cdc-acm'],
  ...['ftdi_sio', 'pl2303', 'ch341', 'cp210x', 'usbserial'],
  // Virtual machines.
  ...['virtio_blk', 'virtio_net', 'virtio_mmio', 'virtio-rng', 'i6300esb', 'softdog'],
];

/** What the initial RAM disk of every image loads to reach the root, on a board and in a virtual machine. */
export const forRoot: readonly string[] = [
  ...['fixed', 'gpio-regulator', 'virtio_mmio', 'virtio_blk', 'squashfs', 'bcm2835_wdt'],
];
