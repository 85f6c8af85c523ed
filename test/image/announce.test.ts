import {readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {MovedScript} from './moved-script.ts';

function announce(ports: string) {
  const script = new MovedScript('announce', {'/run/systemd/dnssd': 'dnssd', '/run/doorline/ports': 'ports'});
  const told = () =>
    readdirSync(join(script.folder, 'dnssd')).map((name) => [
      name,
      readFileSync(join(script.folder, 'dnssd', name), 'utf8'),
    ]);
  const run = (text: string) => {
    writeFileSync(join(script.folder, 'ports'), text);
    // As the service has it, whose files are for its user alone.
    expect(script.run('umask 0077; systemctl() { echo "$*"; }')).toEqual(['restart systemd-resolved']);
    expect(statSync(join(script.folder, 'dnssd')).mode & 0o777).toBe(0o755);
    return Object.fromEntries(told());
  };
  return {first: run(ports), run};
}

test('the network is told of the page and of SIP by the ports that hold, and no longer of others', () => {
  const {first, run} = announce('http 8080\nudp 5062\ntls 5061\n');
  expect(first).toEqual({
    'doorline-http.dnssd': '[Service]\nName=%H\nType=_http._tcp\nPort=8080\nTxtText=path=/\n',
    'doorline-udp.dnssd': '[Service]\nName=%H\nType=_sip._udp\nPort=5062\n',
    'doorline-tls.dnssd': '[Service]\nName=%H\nType=_sips._tcp\nPort=5061\n',
  });
  expect(Object.keys(run('tcp 5060\n'))).toEqual(['doorline-tcp.dnssd']);
});

test('whatever the file holds, nothing but services and numbers gets through', () => {
  const {first} = announce(
    'http 80;reboot\nudp\ntcp 50 60\n../x 5060\nhttp -1\ntls $(reboot)\n[Service] 1\n',
  );
  expect(first).toEqual({});
});
