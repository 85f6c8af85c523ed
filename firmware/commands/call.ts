import {MediaEngine} from '../audio/media-engine.ts';
import type {SessionStatistics} from '../audio/media-messages.ts';
import type {MediaSession} from '../audio/media-session.ts';
import type {Config} from '../config/schema.ts';
import {readConfiguration} from '../configuration.ts';
import {Ladder} from '../ladder/ladder.ts';
import {mediaProgram} from '../programs.ts';
import type {AudioStream} from '../rtp/audio-stream.ts';
import type {CallEnd} from '../sip/agent/call.ts';
import {messageText} from '../sip/agent/message-text.ts';
import type {TracedMessage} from '../sip/agent/trace.ts';
import {formatSocketAddress} from '../sip/transport/transport.ts';
import {openTelephone, type Telephony} from '../telephone.ts';

/** Width where the output goes to a file or a pipe. */
const usualWidth = 100;

/**
 * `doorline call`: one call from the terminal with a configuration's accounts and sound, on a port of its own so that a
 * running station is not disturbed. Shows the ladder as it grows; keys typed are sent, Ctrl-C hangs up.
 * Exit code 0 when somebody answered, 1 when not, 2 when the configuration is wrong.
 */
export async function call(file: string, target: string): Promise<number> {
  const config = readConfiguration(file);
  if (!config) return 2;
  const closing: (() => void | Promise<void>)[] = [];
  try {
    const media = await MediaEngine.start({
      ...config.audio,
      ports: config.sip.media_ports,
      worker: mediaProgram,
    });
    closing.push(() => media.close());
    let session: MediaSession | undefined;
    const telephony = await openTelephone({
      name: config.name,
      sip: onAnyPort(config.sip),
      codecs: config.audio.codecs,
      openMedia: async (address, stun) => {
        session = await media.open(address, stun);
        session.onDigit = showKey;
        return session;
      },
    });
    closing.push(() => telephony.close());
    telephony.outside?.start();
    return await place(telephony, media, () => session, target);
  } catch (error) {
    process.stderr.write(`doorline: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

function onAnyPort(sip: Config['sip']): Config['sip'] {
  return {...sip, listen: sip.listen.map((listen) => ({...listen, port: 0}))};
}

/** Places the call and waits for its end; `session` is its sound, once there is any. */
async function place(
  {telephone}: Telephony,
  media: MediaEngine,
  session: () => MediaSession | undefined,
  target: string,
): Promise<number> {
  showLadder(telephone);
  let stream: AudioStream | undefined;
  const {promise: ended, resolve: onEnded} = Promise.withResolvers<CallEnd>();
  const placed = telephone.call(target, {
    onRinging: (earlyMedia) => {
      if (earlyMedia) media.attach(session());
      else media.play('ringback');
    },
    onAnswered: (settled) => {
      stream = settled;
      media.attach(session());
    },
    onDigit: showKey,
    onEnded,
  });
  if (!placed.ok) throw new Error(placed.error.text);
  const hangUp = () => placed.value.hangUp();
  const stopKeys = readKeys((digit) => session()?.sendDigit(digit), hangUp);
  process.on('SIGINT', hangUp).on('SIGTERM', hangUp);

  const {text} = await ended;
  stopKeys();
  media.play('stop');
  console.log(text);
  const statistics = await session()?.statistics();
  if (stream && statistics) showFigures(stream, statistics);
  await telephone.stop();
  return stream ? 0 : 1;
}

function showKey(digit: string): void {
  console.log(`  the other side pressed ${digit}`);
}

/** Prints each message as it comes and goes. */
function showLadder(telephone: Telephony['telephone']): void {
  const {columns, isTTY} = process.stdout;
  const ladder = new Ladder({width: columns ?? usualWidth, colour: isTTY === true});
  telephone.onTrace = ({at, from, to, bytes}: TracedMessage) => {
    const message = messageText(bytes);
    const lines = ladder.add({at, from: formatSocketAddress(from), to: formatSocketAddress(to), message});
    for (const line of lines) console.log(line);
  };
}

function showFigures({codec, remote}: AudioStream, figures: SessionStatistics): void {
  const {sent, received, lost, late, jitterMs, delayMs} = figures;
  console.log(
    `${codec} with ${formatSocketAddress(remote)}: ${sent} packets sent, ${received} received, ` +
      `${lost} lost, ${late} too late, jitter ${jitterMs.toFixed(1)} ms, delay ${delayMs.toFixed(0)} ms`,
  );
}

/** Reads single keys from a terminal, where there is one. Returns what ends that. */
function readKeys(onDigit: (digit: string) => void, onHangUp: () => void): () => void {
  const {stdin} = process;
  if (!stdin.isTTY) return () => {};
  console.log('Keys 0-9 * # A-D are sent; Ctrl-C hangs up.');
  stdin.setRawMode(true).on('data', (keys: Buffer) => {
    for (const key of keys.toString('latin1').toUpperCase()) {
      if (/[0-9*#A-D]/.test(key)) onDigit(key);
      else if (key === '\x03') onHangUp();
    }
  });
  return () => {
    stdin.setRawMode(false);
    stdin.pause();
  };
}
