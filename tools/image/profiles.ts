import type {ImageDefinition} from '../../hal/board-definition.ts';

/** What is not the same in all images, by the kernel that their boards need. */
export interface Profile {
  readonly name: ImageDefinition['kernel'];
  /** The file, beside this one, that says which packages are in the image. */
  readonly lock: string;
  /** Suites besides the release, and the only packages that are taken from each, as apt's preferences name them. */
  readonly selected?: Readonly<Record<string, readonly string[]>>;
  /** Kernel modules besides those of all images (kernel-modules.ts). */
  readonly modules: readonly string[];
  /** Those of them that the initial RAM disk loads to reach the root. */
  readonly modulesForRoot: readonly string[];
  /** The models that the image runs on, by the names of their device trees in Debian's kernel. */
  readonly deviceTrees: readonly string[];
  /** Where the device trees have the header's SPI, which they leave off, and its pins. */
  readonly spi?: {readonly controller: string; readonly pins: string};
  /** What of VideoCore's firmware is read from the card. */
  readonly firmware: readonly string[];
  /** Why the image is experimental, where it is: an end for a sentence. */
  readonly experimental?: string;
}

export const profiles: Readonly<Record<ImageDefinition['kernel'], Profile>> = {
  trixie: {
    name: 'trixie',
    lock: 'packages.lock',
    modules: [
      ...['bcm2835', 'sdhci-iproc', 'bcm2835_thermal', 'bcm2711_thermal', 'bcm2835-rng', 'spi-bcm2835'],
      ...['i2c-bcm2835', 'pwm-bcm2835', 'phy-generic', 'dwc2', 'xhci-pci', 'genet', 'mdio-bcm-unimac'],
      ...['snd-soc-bcm2835-i2s', 'reset-raspberrypi'],
      // Newer kernels have these two built in.
      ...['sha256-arm64', 'crc32c_generic'],
    ],
    modulesForRoot: ['reset-raspberrypi', 'bcm2835', 'sdhci-iproc'],
    deviceTrees: [
      ...['bcm2837-rpi-3-b', 'bcm2837-rpi-3-b-plus', 'bcm2837-rpi-3-a-plus', 'bcm2837-rpi-zero-2-w'],
      ...['bcm2711-rpi-4-b', 'bcm2711-rpi-400'],
    ],
    spi: {controller: '/soc/spi@7e204000', pins: '/soc/gpio@7e200000/spi0-gpio7'},
    firmware: ['bootcode.bin', 'start.elf', 'fixup.dat', 'start4.elf', 'fixup4.dat'],
  },
  // Raspberry Pi 5: the release's kernel does not know its I/O chip RP1, and the release's RAUC fails on kernels from 6.19 on.
  'trixie-backports': {
    name: 'trixie-backports',
    lock: 'packages-trixie-backports.lock',
    selected: {
      'trixie-backports': ['linux-*'],
      // RAUC wants a newer libnl; that has a part which wpa_supplicant uses too, and all of it must be of one version.
      sid: ['rauc', 'rauc-service', 'libnl-*'],
    },
    modules: [
      // By the device tree: cards and their supply, pins and interrupts of the processor; then what is behind PCI Express.
      ...['sdhci-brcmstb', 'pinctrl-brcmstb-bcm2712', 'gpio-brcmstb', 'irq-bcm2712-mip', 'reset-raspberrypi'],
      ...['rp1_pci', 'clk-rp1', 'pinctrl-rp1', 'macb', 'dwc3', 'xhci-plat-hcd'],
      // For tests: 11 kB that the other kernel does not have.
      'gpio-sim',
    ],
    modulesForRoot: ['pinctrl-brcmstb-bcm2712', 'gpio-brcmstb', 'sdhci-brcmstb'],
    // The first is also what the firmware looks for before it takes a card for one of a Raspberry Pi 5.
    deviceTrees: ['bcm2712-rpi-5-b', 'bcm2712-d-rpi-5-b'],
    firmware: [],
    experimental:
      "it has a kernel of Debian's backports and RAUC of its unstable release, and nobody has seen it on a Raspberry Pi 5",
  },
};
