import {nothingDropped} from '../../firmware/rtp/dropped-packets.ts';
import type {LadderMessage} from '../../firmware/station/call-record.ts';
import type {FakeStation} from './fake-station.ts';

const door = '127.0.0.1:5060';
const indoor = '127.0.0.1:5062';

function sdp(user: string, port: number): string {
  return [
    'v=0',
    `o=${user} 3969082201 1 IN IP4 127.0.0.1`,
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    `m=audio ${port} RTP/AVP 0 101`,
    'a=rtpmap:0 PCMU/8000',
    'a=rtpmap:101 telephone-event/8000',
    'a=fmtp:101 0-15',
    'a=ptime:20',
    'a=sendrecv',
    '',
  ].join('\r\n');
}

function message(startLine: string, cseq: string, isAnswered: boolean, lines: string[], body = ''): string {
  const [number, method] = cseq.split(' ') as [string, string];
  const isFromIndoor = Number(number) >= 200;
  const [from, to] = [
    '<sip:door@127.0.0.1>;tag=4f1c',
    `<sip:indoor@127.0.0.1:5062>${isAnswered ? ';tag=9ab2' : ''}`,
  ];
  return [
    startLine,
    `Via: SIP/2.0/UDP ${isFromIndoor ? indoor : door};branch=z9hG4bK7d1f0c9e${number};rport${startLine.startsWith('SIP') ? '=5060;received=127.0.0.1' : ''}`,
    `From: ${isFromIndoor ? to : from}`,
    `To: ${isFromIndoor ? from : to}`,
    'Call-ID: 2f8e1b6c9d0a4e57@127.0.0.1',
    `CSeq: ${number} ${method}`,
    ...lines,
    ...(body ? ['Content-Type: application/sdp'] : []),
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n');
}

/** The messages of a call from the door to the indoor station and back, in the order of time. */
export function sampleCall(start = Date.UTC(2026, 10, 22, 9, 30)): LadderMessage[] {
  const out = (at: number, text: string): LadderMessage => ({
    at: new Date(start + at).toISOString(),
    direction: 'out',
    from: door,
    to: indoor,
    message: text,
  });
  const into = (at: number, text: string): LadderMessage => ({
    ...out(at, text),
    direction: 'in',
    from: indoor,
    to: door,
  });
  const contact = 'Contact: <sip:indoor@127.0.0.1:5062>';
  const bye = message('BYE sip:door@127.0.0.1:5060 SIP/2.0', '201 BYE', true, ['Max-Forwards: 70']);
  return [
    out(
      0,
      message(
        'INVITE sip:indoor@127.0.0.1:5062 SIP/2.0',
        '1 INVITE',
        false,
        [
          'Max-Forwards: 70',
          'Contact: <sip:door@127.0.0.1:5060>',
          'Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, INFO',
          'User-Agent: Doorline/0.1.0',
        ],
        sdp('door', 16384),
      ),
    ),
    into(4, message('SIP/2.0 100 Trying', '1 INVITE', false, [])),
    into(6, message('SIP/2.0 180 Ringing', '1 INVITE', true, [contact])),
    into(1203, message('SIP/2.0 200 OK', '1 INVITE', true, [contact], sdp('indoor', 16484))),
    out(1205, message('ACK sip:indoor@127.0.0.1:5062 SIP/2.0', '1 ACK', true, ['Max-Forwards: 70'])),
    into(14_822, bye),
    into(15_322, bye),
    out(15_324, message('SIP/2.0 200 OK', '201 BYE', true, [])),
  ];
}

/** Puts the station into the middle of that call: talking, the door open, figures and records filled. */
export function inTheMiddleOfACall(station: FakeStation): void {
  const rtp = {
    sent: 651,
    received: 648,
    lost: 2,
    late: 1,
    dropped: nothingDropped,
    jitterMs: 1.4,
    delayMs: 41,
    xruns: 0,
    mos: 4.3,
    remoteLost: 3,
    remoteJitterMs: 2.1,
    roundTripMs: 11.5,
    remoteMos: null,
  };
  const peer = 'sip:indoor@127.0.0.1:5062';
  station.log({result: 'answered', text: 'Talked with the indoor station', talkSeconds: 48, codec: 'PCMU'});
  station.log({result: 'busy', text: 'The indoor station was busy'});
  station.log({result: 'cancelled', text: 'Cancelled by pressing again', direction: 'outgoing'});
  station.log({result: 'no-answer', text: 'Nobody answered', button: null, peer: 'sip:101@example.org'});
  station.log({
    result: 'answered',
    text: 'The other side hung up',
    direction: 'incoming',
    button: null,
    talkSeconds: 12,
  });
  const {id} = station.log({codec: 'PCMU'});
  station.append('The station has started, Doorline 0.1.0', {kind: 'started', version: '0.1.0'});
  station.append('Account "house" is registered', {kind: 'account-registered', account: 'house'});
  station.append('sip:indoor@127.0.0.1:5062 entered a wrong code', {kind: 'wrong-code', by: peer});
  station.append('Button "bell" was pressed', {kind: 'button-pressed', button: 'bell'});
  station.append(`Calling ${peer}`, {kind: 'call-started', call: id, direction: 'outgoing', targets: [peer]});
  station.append(`It rings at ${peer}`, {kind: 'call-ringing', call: id, peer});
  station.append(`Talking with ${peer}`, {kind: 'call-answered', call: id, peer});
  station.append(`Door "front" was opened for 3 s by ${peer}`, {
    kind: 'door-opened',
    door: 'front',
    seconds: 3,
    by: peer,
  });
  for (const entry of sampleCall().slice(0, 5)) station.message(id, entry);
  station.board.outputs.get('relay-1')!.active = true;
  station.shine(0, 48, 204);
  station.change({
    state: 'talking',
    light: 'talking',
    call: {id, direction: 'outgoing', peer, codec: 'PCMU', encryption: null, seconds: 13, rtp},
    doors: [{name: 'front', open: true, mode: 'normal', ajar: null}],
    accounts: [
      {
        name: 'house',
        registered: true,
        reason: '',
        attempts: 1,
        lastAttempt: '2026-01-01T12:00:00.000Z',
        nextAttempt: '2026-01-01T12:04:28.000Z',
        messages: null,
      },
    ],
  });
}
