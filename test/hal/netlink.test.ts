import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {parseNetlink, RTM_GETADDR, writeQuestion} from '../../hal/linux/netlink-message.ts';
import {NetworkState} from '../../hal/linux/network-state.ts';

/** What a kernel (Linux 6) told when links, addresses and routes changed; of links only the beginning, the length changed. */
const told = {
  linkUp: '200000001000000000000000000000000000010003000000431001000000 0000',
  linkWithoutCarrier: '20000000100000000000000000000000000001000300000003100000400000 00',
  linkGone: '2000000011000000000000000000000000000100030000000210000 0ffffffff',
  bridgePortGone: '200000001100000000000000000000000700010003000000431001000000 0000',
  address:
    '4c00000014000000cd30036b443a0000021880000300000008000100c000020708000200c0000207' +
    '0700030076300000080008008000000014000600ffffffffffffffffb4fa1300b4fa1300',
  addressGone:
    '4c00000015000000cf30036b653a0000021880000300000008000100c000020708000200c0000207' +
    '0700030076300000080008008000000014000600ffffffffffffffffb4fa1300b4fa1300',
  tentative:
    '480000001400000000000000000000000a40c000030000001400010020010db8000000000000000000000007' +
    '14000600fffffffffffffffffcfa1300fcfa13000800080 0c0000000',
  settled:
    '480000001400000000000000000000000a408000030000001400010020010db8000000000000000000000007' +
    '14000600fffffffffffffffffcfa1300fcfa13000800080080000000',
  linkLocal:
    '500000001400000000000000000000000a4080fd0300000014000100fe80000000000000ec271cfffeb43b5d' +
    '14000600ffffffffffffffffbffa1300bffa1300080008008000000005000b0003000000',
  route:
    '3c00000018000006f230036b943b000002000000fe0300010000000008000f00fe0000000800060064000000' +
    '08000500c00002010800040003000000',
  routeGone:
    '3c00000019000000f230036b963b000002000000fe0300010000000008000f00fe0000000800060064000000' +
    '08000500c00002010800040003000000',
  route6:
    '7400000018000006f230036b953b00000a000000fe0300010000000008000f00fe0000000800060000040000' +
    '1400050020010db8000000000000000000000001080004000300000024000c00000000000000000000000000' +
    '00000000000000000000000000000000000000000500140000000000',
  otherRoute:
    '3c00000018000006f230036b973b000002180000fe0300010000000008000f00fe00000008000100c6336400' +
    '08000500c00002010800040003000000',
  unreachable: '2c00000018000006f230036b863b000002000000fe0300070000000008000f00fe00000008000600f4010000',
};
type Told = keyof typeof told;

function bytes(name: Told): Uint8Array {
  return Buffer.from(told[name].replaceAll(' ', ''), 'hex');
}

describe('what the kernel tells', () => {
  const cases: [Told, object[]][] = [
    ['linkUp', [{kind: 'link', gone: false, link: 3, up: true}]],
    ['linkWithoutCarrier', [{kind: 'link', gone: false, link: 3, up: false}]],
    ['linkGone', [{kind: 'link', gone: true, link: 3, up: false}]],
    ['bridgePortGone', []],
    ['address', [{kind: 'address', gone: false, link: 3, address: '192.0.2.7', reachable: true}]],
    ['addressGone', [{kind: 'address', gone: true, link: 3, address: '192.0.2.7', reachable: true}]],
    ['tentative', [{kind: 'address', gone: false, link: 3, address: '2001:db8::7', reachable: false}]],
    ['settled', [{kind: 'address', gone: false, link: 3, address: '2001:db8::7', reachable: true}]],
    [
      'linkLocal',
      [{kind: 'address', gone: false, link: 3, address: 'fe80::ec27:1cff:feb4:3b5d', reachable: false}],
    ],
    ['route', [{kind: 'default-route', gone: false, link: 3, route: '2 3 192.0.2.1 100'}]],
    ['routeGone', [{kind: 'default-route', gone: true, link: 3, route: '2 3 192.0.2.1 100'}]],
    ['route6', [{kind: 'default-route', gone: false, link: 3, route: '10 3 2001:db8::1 1024'}]],
    ['otherRoute', []],
    ['unreachable', []],
  ];
  test.each(cases)('%s', (name, expected) => {
    expect(parseNetlink(bytes(name))).toEqual(expected);
  });

  test('several messages in one datagram, and the end of an answer', () => {
    const done = Buffer.from('14000000030002000100000000000000' + '00000000', 'hex');
    const interrupted = Buffer.from('14000000030012000100000000000000' + '00000000', 'hex');
    const refused = Buffer.from('14000000020000000100000000000000' + 'f0ffffff', 'hex');
    const all = Buffer.concat([bytes('linkUp'), bytes('address'), done]);
    expect(parseNetlink(all).map(({kind}) => kind)).toEqual(['link', 'address', 'end']);
    expect(parseNetlink(done)).toEqual([{kind: 'end', failed: false}]);
    expect(parseNetlink(interrupted)).toEqual([{kind: 'end', failed: true}]);
    expect(parseNetlink(refused)).toEqual([{kind: 'end', failed: true}]);
  });

  test('a question', () => {
    expect(Buffer.from(writeQuestion(RTM_GETADDR)).toString('hex')).toBe(
      '14000000160001030000000000000000' + '00000000',
    );
  });

  test('nothing is too broken to be read', () => {
    fc.assert(
      fc.property(fc.uint8Array({maxLength: 200}), (noise) => {
        parseNetlink(noise);
      }),
    );
    const names = Object.keys(told) as Told[];
    const changed = fc.record({
      name: fc.constantFrom(...names),
      at: fc.nat({max: 60}),
      value: fc.integer({min: 0, max: 255}),
      cut: fc.nat({max: 60}),
    });
    fc.assert(
      fc.property(changed, ({name, at, value, cut}) => {
        const message = bytes(name);
        message[at % message.length] = value;
        const state = new NetworkState();
        for (const one of parseNetlink(message.subarray(0, message.length - cut))) state.apply(one);
        expect(state.addresses.length).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('the state of the network', () => {
  /** Whether something has changed with each message, and the addresses in the end. */
  function heard(...names: Told[]): {changes: boolean[]; addresses: string[]; state: NetworkState} {
    const state = new NetworkState();
    const changes = names.map((name) => {
      const before = state.signature;
      for (const message of parseNetlink(bytes(name))) state.apply(message);
      return state.signature !== before;
    });
    return {changes, addresses: state.addresses, state};
  }

  test('an address counts while its link is up', () => {
    expect(heard('linkWithoutCarrier', 'address', 'linkUp', 'linkWithoutCarrier')).toMatchObject({
      changes: [false, false, true, true],
      addresses: [],
    });
    const {state} = heard('linkUp', 'address', 'linkWithoutCarrier');
    expect([state.has('192.0.2.7'), state.has('192.0.2.8')]).toEqual([true, false]);
  });

  test('an address that is told again, as IPv6 routers make the kernel do, is no news', () => {
    expect(heard('linkUp', 'linkLocal', 'tentative', 'settled', 'settled', 'linkUp')).toMatchObject({
      changes: [false, false, false, true, false, false],
      addresses: ['2001:db8::7'],
    });
  });

  test('default routes count, and go with their link', () => {
    expect(
      heard('linkUp', 'address', 'route', 'route', 'otherRoute', 'routeGone', 'routeGone').changes,
    ).toEqual([false, true, true, false, false, true, false]);
    const names: Told[] = ['linkUp', 'address', 'route', 'linkGone', 'linkUp', 'route'];
    expect(heard(...names).changes.slice(2)).toEqual([true, true, true, true]);
  });

  test('it never keeps more than a bound', () => {
    const state = new NetworkState();
    for (let link = 0; link < 3000; link++) {
      state.apply({kind: 'link', gone: false, link, up: true});
      state.apply({kind: 'address', gone: false, link, address: `${link}`, reachable: true});
    }
    expect(state.addresses.length).toBe(1024);
  });
});
