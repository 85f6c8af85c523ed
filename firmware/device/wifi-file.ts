import type {SetupSettings} from './setup-settings.ts';

/**
 * The Wi-Fi as wpa_supplicant's configuration. The name is written in hexadecimal and so cannot be mistaken for anything else; a
 * quoted passphrase ends at the last quote of its line. WPA2 and WPA3 both, for the passphrase is the same; hidden networks
 * are asked for by name.
 */
export function wifiFile({ssid, passphrase, country}: NonNullable<SetupSettings['wifi']>): string {
  const security =
    passphrase === undefined
      ? ['key_mgmt=NONE']
      : [`psk="${passphrase}"`, 'key_mgmt=WPA-PSK WPA-PSK-SHA256 SAE', 'ieee80211w=1'];
  const network = [`ssid=${Buffer.from(ssid).toString('hex')}`, 'scan_ssid=1', ...security];
  return [`country=${country}`, 'network={', ...network.map((line) => `  ${line}`), '}', ''].join('\n');
}
