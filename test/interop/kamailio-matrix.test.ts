import {expect, test} from 'vitest';
import {Authority} from '../support/certificates.ts';
import {Kamailio} from '../support/peers/kamailio.ts';
import {requirePeers} from '../support/peers/require.ts';
import {Rtpengine} from '../support/peers/rtpengine.ts';
import {freePort} from '../support/ports.ts';
import {RegisteredHouse, houseUsers as users} from '../support/registered-house.ts';
import {startRun} from '../support/run-folder.ts';
import type {StationSettings, TestStation} from '../support/station.ts';

/**
 * A station and a phone on UDP over IPv4, both with digest at one Kamailio, call each other: over each transport of the
 * station, and with its sound straight to the phone or through rtpengine. Where the station is on IPv6, and nothing
 * lies between, sound goes by IPv4, which both have: the phone refuses the first offer.
 */

interface Way {
  readonly name: string;
  readonly registrar: (server: Kamailio) => string;
  /** As it stands in the Via of each request of the station. */
  readonly via: RegExp;
}

const ways: readonly Way[] = [
  {name: 'UDP', registrar: ({port}) => `sip:127.0.0.1:${port}`, via: /UDP 127/},
  {
    name: 'TCP',
    registrar: ({port}) => `sip:127.0.0.1:${port};transport=tcp`,
    via: /TCP 127/,
  },
  {
    name: 'TLS',
    registrar: ({tlsPort}) => `sip:127.0.0.1:${tlsPort};transport=tls`,
    via: /TLS 127/,
  },
  {name: 'UDP over IPv6', registrar: ({port}) => `sip:[::1]:${port}`, via: /UDP \[::1\]/},
];

const rows = ways.flatMap((way) => [false, true].map((relayed) => [way, relayed] as const));

for (const [{name, registrar, via}, relayed] of rows) {
  test(`${name} to UDP${relayed ? ', with rtpengine between' : ''}: calls both ways`, async (context) => {
    requirePeers(context, 'baresip', 'kamailio', 'kamailio-tls', 'openssl');
    if (relayed) requirePeers(context, 'rtpengine');
    const run = startRun(context);
    const authority = new Authority(run.folder);
    const relay = relayed ? await Rtpengine.start(run) : undefined;
    const server = await Kamailio.start(run, {
      users,
      identity: authority.issue('kamailio', ['IP:127.0.0.1']),
      ...(relay ? {relay} : {}),
    });
    const sip: StationSettings['sip'] = {
      listen: [`udp:127.0.0.1:${await freePort()}`, `udp:[::1]:${await freePort()}`],
      tls: {authorities: authority.identity.certificateFile},
    };
    const house = await RegisteredHouse.start(run, server, {registrar: registrar(server), settings: {sip}});
    await house.callFromDoor();
    const sent = await house.waysOfRequests();
    expect(sent.length).toBeGreaterThanOrEqual(3);
    for (const one of sent) expect(one).toMatch(via);
    expect(await soundGoesTo(house.station, relay)).toBe(relayed);
    await house.callFromPhone();
    await house.expectHeardAtDoor();
  });
}

/** Whether the answer to the station's call names a port of the relay. */
async function soundGoesTo(station: TestStation, relay: Rtpengine | undefined): Promise<boolean> {
  const answer = (await station.ladder()).find(({message}) => message.startsWith('SIP/2.0 200'));
  const port = Number(/^m=audio (\d+) /m.exec(answer?.message ?? '')?.[1]);
  expect(port).toBeGreaterThan(0);
  return relay !== undefined && port >= relay.rtp.first && port <= relay.rtp.last;
}
