/**
 * The kernel's modules that stay; what these need stays too. Everything
 * else that Debian builds is for other machines.
 */
export const kept: readonly string[] = [
  // Cards, file systems, updates.
  ...[
    'bcm2835',
    'sdhci-iproc',
    'squashfs',
    'ext4',
    'vfat',
    'nls_ascii',
    'nls_cp437',
    'loop',
    'dm-verity',
    'nbd',
    'overlay',
  ],
  ...['usb-storage', 'uas', 'sd_mod', 'configfs', 'autofs4', 'efivarfs'],
  // The processors and what is around them.
  ...['bcm2835_wdt', 'bcm2835_thermal', 'bcm2711_thermal', 'raspberrypi-cpufreq', 'cpufreq-dt'],
  ...[
    'bcm2835-rng',
    'iproc-rng200',
    'gpio-regulator',
    'fixed',
    'reset-raspberrypi',
    'spi-bcm2835',
    'i2c-bcm2835',
  ],
  ...[
    'spidev',
    'i2c-dev',
    'pwm-bcm2835',
    'leds-gpio',
    'phy-generic',
    'dwc2',
    'xhci-pci',
    'pwrseq_simple',
    'gpio-keys',
  ],
  ...['ledtrig-timer', 'ledtrig-oneshot', 'ledtrig-pattern', 'ledtrig-transient', 'ledtrig-default-on'],
  // Network: Ethernet of the boards, USB adapters, Wi-Fi.
  ...[
    'genet',
    'broadcom',
    'bcm-phy-lib',
    'mdio-bcm-unimac',
    'lan78xx',
    'microchip',
    'smsc95xx',
    'smsc',
    'cdc_ether',
  ],
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
  ...['ctr', 'gcm', 'aes-ce-ccm', 'aes-neon-blk', 'sha256-arm64', 'ghash-ce', '8021q', 'nf_tables'],
  // Sound, readers of cards, keypads, serial ports.
  ...['snd-usb-audio', 'snd-aloop', 'snd-soc-bcm2835-i2s', 'evdev', 'hid-generic', 'usbhid', 'cdc-acm'],
  ...['ftdi_sio', 'pl2303', 'ch341', 'cp210x', 'usbserial'],
  // Virtual machines.
  ...['virtio_blk', 'virtio_net', 'virtio_mmio', 'virtio-rng', 'i6300esb', 'softdog', 'crc32c_generic'],
];

/** What the initial RAM disk loads to reach the root: of the boards, and of the virtual machine. */
export const forRoot: readonly string[] = [
  ...['fixed', 'gpio-regulator', 'reset-raspberrypi', 'bcm2835', 'sdhci-iproc', 'virtio_mmio', 'virtio_blk'],
  ...['squashfs', 'bcm2835_wdt'],
];
