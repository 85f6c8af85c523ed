import {createSocket, type Socket} from 'node:dgram';
import {programs} from '../../tools/setup/programs.ts';
import {Baresip} from '../support/peers/baresip.ts';
import {makeSpeech} from '../support/speech.ts';
import {openRun} from './bench-run.ts';

/** How long baresip may take to answer, in ms. */
const answerTime = 5000;

/** A baresip in a call, sending its sound to a port of 127.0.0.1. */
export interface BaresipCall {
  end(): Promise<void>;
}

/** Calls a baresip that sends its sound to `rtpPort`; undefined where it is not installed. */
export async function callBaresip(rtpPort: number): Promise<BaresipCall | undefined> {
  if (programs.baresip.find() === undefined) return undefined;
  const {run, end} = openRun();
  try {
    const phone = await Baresip.start(run, {user: 'phone', says: makeSpeech(5), autoAnswer: true});
    const caller = createSocket('udp4');
    run.atEnd(() => void caller.close());
    await invite(caller, phone, rtpPort);
  } catch (error) {
    await end();
    throw error;
  }
  return {end};
}

/** The least that makes a call: INVITE, and ACK to its 200 (RFC 3261 sections 13.2 and 17.1.1). */
async function invite(caller: Socket, phone: Baresip, rtpPort: number): Promise<void> {
  await new Promise<void>((resolve) => caller.bind(0, '127.0.0.1', resolve));
  const {port} = caller.address();
  const own = `sip:bench@127.0.0.1:${port}`;
  const request = (method: string, to: string, branch: string, lines: readonly string[], body: string) =>
    [
      `${method} ${phone.uri} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${port};branch=z9hG4bK${branch}`,
      'Max-Forwards: 70',
      `From: <${own}>;tag=bench`,
      `To: ${to}`,
      `Call-ID: bench-${port}`,
      `CSeq: 1 ${method}`,
      ...lines,
      `Content-Length: ${body.length}`,
      '',
      body,
    ].join('\r\n');
  const offer = [
    'v=0',
    `o=- 1 1 IN IP4 127.0.0.1`,
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    `m=audio ${rtpPort} RTP/AVP 0`,
    'a=sendrecv',
    '',
  ].join('\r\n');
  const answered = new Promise<string>((resolve, reject) => {
    const tooLate = setTimeout(() => reject(new Error('baresip did not answer')), answerTime);
    caller.on('message', (bytes) => {
      const text = bytes.toString('latin1');
      if (!text.startsWith('SIP/2.0 200') || !/^CSeq: 1 INVITE/im.test(text)) return;
      clearTimeout(tooLate);
      resolve(/^To: *(.*)$/im.exec(text)![1]!.trim());
    });
  });
  const headers = [`Contact: <${own}>`, 'Content-Type: application/sdp'];
  caller.send(request('INVITE', `<${phone.uri}>`, 'invite', headers, offer), phone.port, '127.0.0.1');
  caller.send(request('ACK', await answered, 'ack', [], ''), phone.port, '127.0.0.1');
}
