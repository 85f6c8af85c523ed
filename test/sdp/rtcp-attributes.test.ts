import {expect, test} from 'vitest';
import {parseSessionDescription} from '../../firmware/sdp/parse.ts';
import {
  readRtcpTransport,
  writeRtcpAddress,
  writeRtcpAttributes,
} from '../../firmware/sdp/rtcp-attributes.ts';

function transportOf(...lines: string[]) {
  const text = ['v=0', 'o=- 1 1 IN IP4 192.0.2.9', ...lines].join('\r\n');
  const parsed = parseSessionDescription(new TextEncoder().encode(text));
  if (!parsed.ok) throw new Error(parsed.error.text);
  return readRtcpTransport(parsed.value, parsed.value.media[0]!);
}

const audio = 'm=audio 4000 RTP/AVP 0';
const usual = {multiplexed: false, address: undefined, port: 4001, voipMetrics: false};

test('reports go to the next port, unless a=rtcp names another (RFC 3605)', () => {
  expect(transportOf(audio)).toEqual(usual);
  expect(transportOf(audio, 'a=rtcp:53020')).toEqual({...usual, port: 53_020});
  expect(transportOf(audio, 'a=rtcp:53020 IN IP4 192.0.2.77')).toEqual({
    ...usual,
    port: 53_020,
    address: '192.0.2.77',
  });
  expect(transportOf(audio, 'a=rtcp:53020 IN IP6 2001:db8::7')).toMatchObject({address: '2001:db8::7'});
  expect(transportOf(audio, 'a=rtcp:53020 IN IP6 2001:DB8:0::7')).toMatchObject({address: '2001:db8::7'});
  expect(transportOf(audio, 'a=rtcp:0')).toMatchObject({port: 0});
});

test.each(['a=rtcp:70000', 'a=rtcp:x', 'a=rtcp', 'a=rtcp:99999'])('%s is of no use', (line) => {
  expect([0, 4001]).toContain(transportOf(audio, line).port);
});

test('names and groups are no addresses for reports; there is no port above the last', () => {
  expect(transportOf(audio, 'a=rtcp:5 IN IP4 example.org')).toMatchObject({address: undefined});
  expect(transportOf(audio, 'a=rtcp:5 IN IP4 224.0.0.1')).toMatchObject({address: undefined});
  expect(transportOf('m=audio 65535 RTP/AVP 0')).toMatchObject({port: 0});
});

test('rtcp-mux and rtcp-xr are read and written', () => {
  expect(transportOf(audio, 'a=rtcp-mux')).toMatchObject({multiplexed: true});
  expect(transportOf('a=rtcp-mux', audio)).toMatchObject({multiplexed: false});
  expect(transportOf(audio, 'a=rtcp-xr:rcvr-rtt=all voip-metrics')).toMatchObject({voipMetrics: true});
  expect(transportOf('a=rtcp-xr:voip-metrics', audio)).toMatchObject({voipMetrics: true});
  expect(transportOf(audio, 'a=rtcp-xr:stat-summary')).toMatchObject({voipMetrics: false});
  expect(writeRtcpAttributes(false).map(({name}) => name)).toEqual(['rtcp-xr']);
});

test('where a NAT has given reports another port than the next, or another address, a=rtcp says so', () => {
  const at = (address: string, port: number) =>
    writeRtcpAddress({address: '203.0.113.7', port: 4000, rtcp: {address, port}});
  expect(writeRtcpAddress({address: '203.0.113.7', port: 4000})).toEqual([]);
  expect(at('203.0.113.7', 4001)).toEqual([]);
  for (const [address, port] of [
    ['203.0.113.7', 4002],
    ['203.0.113.8', 4001],
    ['2001:db8::8', 4001],
  ] as const) {
    const [line] = at(address, port);
    const read = transportOf(audio, `a=${line!.name}:${line!.value}`);
    expect(read).toMatchObject({port, address: address === '203.0.113.7' ? undefined : address});
  }
});
