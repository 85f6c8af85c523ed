/**
 * What of Debian is in the image. The packages are unpacked and never configured: no program of the board runs while the
 * image is built. What the package scripts would do is done by tools/image/base.ts and root/.
 */

/** The release, and the archive's parts that the image needs: the Wi-Fi firmware is not free. */
export const RELEASE = 'trixie';
export const COMPONENTS = 'main non-free-firmware';

/** What is wanted; apt finds what these need. */
export const wanted: readonly string[] = [
  ...['linux-image-arm64', 'kmod', 'udev', 'systemd', 'systemd-resolved', 'systemd-timesyncd', 'dbus-broker'],
  ...['bash', 'coreutils', 'dash', 'grep', 'sed', 'util-linux', 'mount', 'fdisk', 'e2fsprogs', 'dosfstools'],
  // Boot, updates.
  ...['raspi-firmware', 'u-boot-rpi', 'rauc', 'rauc-service', 'libubootenv-tool'],
  // For the initial RAM disk.
  'busybox-static',
  // Sound, network, and what Node.js needs.
  ...[
    'libasound2t64',
    'libstdc++6',
    'alsa-utils',
    'wpasupplicant',
    'wireless-regdb',
    'firmware-brcm80211',
    'ca-certificates',
  ],
  'dropbear-bin',
  // U-Boot for the virtual machine that the tests boot the image in; it is not in the image.
  'u-boot-qemu',
];

/** What apt adds and the image does without: package scripts, their tools, and what makes initial RAM disks. */
export const leftOut: readonly string[] = [
  ...['adduser', 'cpio', 'debconf', 'debianutils', 'dpkg', 'init-system-helpers', 'passwd', 'login.defs'],
  ...[
    'dracut-install',
    'initramfs-tools',
    'initramfs-tools-bin',
    'initramfs-tools-core',
    'klibc-utils',
    'libklibc',
    'dracut',
    'dracut-core',
  ],
  ...[
    'dbus',
    'dbus-bin',
    'dbus-daemon',
    'dbus-session-bus-common',
    'libsemanage-common',
    'libsemanage2',
    'libsepol2',
  ],
  ...[
    'libdebconfclient0',
    'linux-base',
    'linux-base-arm64',
    'linux-image-arm64',
    'linux-modules-arm64',
    'libdb5.3t64',
    'libsqlite3-0',
    'mawk',
    'openssl',
    'tar',
  ],
  // Of alsa-utils only the mixer is kept.
  ...['libatopology2t64', 'libfftw3-single3', 'libgomp1', 'libsamplerate0'],
  'systemd-sysv',
];

/** Unpacked beside the root, not into it: what the other partition and the virtual machine start from. */
export const beside: readonly string[] = ['busybox-static', 'raspi-firmware', 'u-boot-rpi', 'u-boot-qemu'];

/** Files and folders that no door station needs, below the root; * is any name. */
export const dropped: readonly string[] = [
  ...['usr/share/man', 'usr/share/locale', 'usr/share/info', 'usr/share/lintian', 'usr/share/bug'],
  ...['usr/share/zsh', 'usr/share/bash-completion', 'usr/share/fish', 'usr/share/i18n', 'usr/share/gdb'],
  ...[
    'usr/share/polkit-1',
    'usr/share/perl5',
    'usr/share/debconf',
    'usr/share/initramfs-tools',
    'usr/share/vim',
  ],
  ...['usr/share/pam', 'usr/share/pam-configs', 'usr/share/apport', 'usr/share/menu', 'usr/share/sounds'],
  ...['usr/share/glib-2.0', 'usr/share/alsa/speaker-test', 'usr/share/gcc'],
  ...[
    'usr/lib/aarch64-linux-gnu/gconv',
    'usr/lib/aarch64-linux-gnu/perl-base',
    'usr/lib/locale',
    'usr/lib/udev/hwdb.d',
  ],
  ...[
    'usr/lib/aarch64-linux-gnu/security',
    'usr/lib/systemd/catalog',
    'usr/lib/systemd/boot',
    'usr/lib/kernel',
  ],
  ...[
    'usr/lib/aarch64-linux-gnu/engines-3',
    'usr/lib/apt',
    'usr/lib/initcpio',
    'usr/lib/firmware/cypress/*.txt',
  ],
  ...[
    'usr/share/initramfs-tools',
    'etc/initramfs-tools',
    'etc/kernel',
    'etc/cron.daily',
    'etc/init.d',
    'etc/rc*.d',
  ],
  ...[
    'etc/default',
    'etc/logrotate.d',
    'etc/apt',
    'var',
    'boot',
    'usr/lib/linux-image-*',
    'usr/sbin/alsabat-test',
  ],
  ...['usr/bin/alsabat', 'usr/bin/alsaloop', 'usr/bin/alsatplg', 'usr/bin/aserver', 'usr/sbin/alsa-info'],
  ...['usr/share/ca-certificates', 'usr/bin/bashbug', 'usr/bin/busybox'],
  ...[
    'usr/lib/modules/*/dtb',
    'usr/lib/modules/*/config',
    'usr/lib/modules/*/System.map',
    'usr/lib/udev/rules.d/90-alsa-restore.rules',
    'usr/lib/tmpfiles.d/debian.conf',
    'usr/lib/tmpfiles.d/provision.conf',
    'usr/lib/tmpfiles.d/credstore.conf',
  ],
];
