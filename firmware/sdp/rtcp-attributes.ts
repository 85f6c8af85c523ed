import {isIP} from 'node:net';
import {canonicalAddress} from '../base/canonical-address.ts';
import type {RtcpTransport, SocketAddress} from '../rtp/audio-stream.ts';
import {
  type Attribute,
  attribute,
  isGroup,
  type MediaDescription,
  type SessionDescription,
} from './session-description.ts';

/** Reports on the port of RTP (RFC 5761). */
const multiplexing: Attribute = {name: 'rtcp-mux', value: undefined};
/** Asks the other side for VoIP metrics in its extended reports (RFC 3611 section 5.1). */
const extendedReports: Attribute = {name: 'rtcp-xr', value: 'voip-metrics'};

/** Attributes of an audio line of this side; rtcp-mux may only be answered where it was offered. */
export function writeRtcpAttributes(multiplexed: boolean): Attribute[] {
  return multiplexed ? [multiplexing, extendedReports] : [extendedReports];
}

/**
 * The a=rtcp line (RFC 3605) of a side that gets RTP at `address` and `port`, where `rtcp`, which gets its reports, is not
 * simply the next port.
 */
export function writeRtcpAddress(
  local: SocketAddress & {readonly rtcp?: SocketAddress | undefined},
): Attribute[] {
  const {address, port, rtcp} = local;
  if (rtcp === undefined || (rtcp.address === address && rtcp.port === port + 1)) return [];
  const host = rtcp.address === address ? '' : ` IN IP${isIP(rtcp.address)} ${rtcp.address}`;
  return [{name: 'rtcp', value: `${rtcp.port}${host}`}];
}

/**
 * How reports travel to the side that described itself with `line`; this side shares RTP's port with anybody who
 * likes to. Without an a=rtcp line (RFC 3605) they go to the port above RTP's.
 */
export function readRtcpTransport(description: SessionDescription, line: MediaDescription): RtcpTransport {
  const multiplexed = attribute(line.attributes, multiplexing.name) !== undefined;
  const extended =
    attribute(line.attributes, extendedReports.name) ??
    attribute(description.attributes, extendedReports.name);
  const voipMetrics = /(^|\s)voip-metrics\b/.test(extended ?? '');
  const named = /^(\d{1,5})(?: IN IP[46] (\S+))?$/.exec(attribute(line.attributes, 'rtcp') ?? '');
  const port = named ? Number(named[1]) : line.port + 1;
  const address = named?.[2];
  return {
    multiplexed,
    address:
      address !== undefined && isIP(address) && !isGroup(address) ? canonicalAddress(address) : undefined,
    port: port <= 65_535 ? port : 0,
    voipMetrics,
  };
}
