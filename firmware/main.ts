import {uptime} from 'node:os';
import {dirname, join, resolve} from 'node:path';
import {type Logger, pino} from 'pino';
import {boards} from '../boards/index.ts';
import type {BoardDefinition} from '../hal/board-definition.ts';
import {HardwareError} from '../hal/hal.ts';
import {withLight} from '../hal/light/choose-light.ts';
import {watchNetwork} from '../hal/linux/network.ts';
import {readSystemFacts} from '../hal/linux/system-facts.ts';
import {openBoard} from '../hal/open-board.ts';
import {openReader} from '../hal/open-reader.ts';
import {withRelays} from '../hal/serial/with-relays.ts';
import {listSoundCards} from '../hal/sound/list-cards.ts';
import {setLevels} from '../hal/sound/set-levels.ts';
import {readWavFile} from '../hal/sound/wav-file.ts';
import {withUsedLines} from '../hal/used-lines.ts';
import {Access} from './access/access.ts';
import {accessFile} from './access/access-file.ts';
import {MediaEngine} from './audio/media-engine.ts';
import {systemClock as clock} from './base/clock.ts';
import {systemRandom} from './base/random.ts';
import {finishWriting} from './base/write-together.ts';
import {stopYoungGeneration} from './base/young-generation.ts';
import {linesOf} from './config/lines-of.ts';
import {needsNetwork} from './config/needs-network.ts';
import type {Config} from './config/schema.ts';
import {Settings} from './config/settings.ts';
import {readConfiguration} from './configuration.ts';
import {requestReset} from './device/device-reset.ts';
import {instanceId} from './instance-id.ts';
import {mediaProgram, page} from './programs.ts';
import {rehearseCall} from './rehearsal.ts';
import {formatSocketAddress} from './sip/transport/transport.ts';
import {addressesOn} from './station/allow-list.ts';
import {CallLog} from './station/call-log.ts';
import {Database} from './station/database.ts';
import {Journal} from './station/journal.ts';
import {NetworkMonitor} from './station/network-monitor.ts';
import type {ResetStage} from './station/reset-button.ts';
import {Station} from './station/station.ts';
import {SystemMonitor} from './station/system-monitor.ts';
import {
  beWatched,
  bootId,
  canRestart,
  compareBoard,
  isStartedAgain,
  markCall,
  requestRestart,
  tellPorts,
} from './system.ts';
import {openTelephone} from './telephone.ts';
import {openUpdates, type Updates, type UpdatesOptions} from './update/open-updates.ts';
import {Rauc} from './update/rauc.ts';
import {whenQuiet} from './update/when-quiet.ts';
import {version} from './version.ts';
import {startHttp} from './web/http-server.ts';

/** So long after its start (s) the machine counts as just switched on. */
const POWER_UP = 120;

/**
 * `doorline run`: the firmware. Runs until SIGTERM, SIGINT or SIGHUP, then hangs up, unregisters and resolves to 0; resolves
 * to 2 where the configuration is wrong, and to 1 where something that it needs cannot be had.
 */
export async function run(configFile: string): Promise<number> {
  finishRestoring(configFile);
  const config = readConfiguration(configFile);
  if (!config) return 2;
  // Before anything asks what time of day it is.
  if (config.timezone !== undefined) process.env['TZ'] = config.timezone;
  stopYoungGeneration();
  const closing: (() => void | Promise<void>)[] = [];
  const stop = askedToStop();
  try {
    await start(configFile, config, closing);
    await stop;
    return 0;
  } catch (error) {
    process.stderr.write(`doorline: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

/** The power may have failed while a backup was put back; where the disk does not let itself be written, it goes on without. */
function finishRestoring(configFile: string): void {
  try {
    finishWriting(dirname(resolve(configFile)));
  } catch (error) {
    process.stderr.write(`doorline: what was restored is not there whole: ${(error as Error).message}\n`);
  }
}

/** Puts the station together, from the hardware up; `closing` takes what is to be undone, in the order of the start. */
async function start(
  configFile: string,
  config: Config,
  closing: (() => void | Promise<void>)[],
): Promise<void> {
  const log = pino();

  const whole = withRelays(boards.get(config.board) as BoardDefinition, config.relays);
  const definition = withUsedLines(whole, linesOf(config));
  compareBoard(definition, log);
  const board = openBoard(withLight(definition, config.light.device), {
    clock,
    warn: (text) => log.warn(text),
  });
  closing.push(() => board.close());
  // After a crash too no output stays on.
  process.on('exit', () => board.close());

  const media = await MediaEngine.start({
    ...config.audio,
    timing: definition.soundTiming,
    ports: config.sip.media_ports,
    worker: mediaProgram,
  });
  closing.push(() => media.close());

  const telephony = await openTelephone({
    name: config.name,
    sip: config.sip,
    codecs: config.audio.codecs,
    instance: instanceId(config.data, systemRandom, (text) => log.warn(text)),
    expected: addressesOn(config.answer.from),
    openMedia: (local, stun) => media.open(local, stun),
  });
  closing.push(() => telephony.close());
  const {telephone} = telephony;

  const database = new Database({file: join(config.data, 'doorline.db'), clock, log});
  closing.push(() => database.close());
  database.open();
  const journal = new Journal({database, clock});
  const calls = new CallLog({database});

  const system = new SystemMonitor({
    read: readSystemFacts,
    clock,
    tell: (event) => journal.append(event),
  });
  closing.push(() => system.close());

  const network = openNetwork(config, log);
  if (network) closing.push(() => network.close());

  const access = new Access({file: accessFile(config.data), clock, random: systemRandom});
  const reset = (stage: ResetStage) => {
    requestReset(config.data, stage);
    requestRestart();
  };
  const station = new Station({
    config,
    board,
    version,
    telephone,
    media,
    journal,
    callLog: calls,
    openReader: (setting) => openReader(setting, clock),
    soundDeviceCame: (device) => {
      for (const problem of setLevels(device, config.audio.mixer)) log.warn(problem);
    },
    network,
    isNew: () => canRestart() && !access.hasPassword,
    reset: canRestart() ? {atPowerUp: uptime() < POWER_UP, perform: (stage) => reset(stage)} : undefined,
    system,
    clock,
    log,
  });
  closing.push(() => station.stop());

  const isIdle = () => station.status().state === 'idle';
  const updates = await openBoardUpdates({
    config,
    version,
    boot: bootId(),
    clock,
    log,
    isIdle,
    soundWorks: () => media.sound?.microphone.fault === null && media.sound.speaker.fault === null,
    markCall: (inCall) => markCall(inCall),
    restart: () => requestRestart(),
    tell: (event) => journal.append(event),
    onBusy: (busy) => station.showUpdate(busy),
  });
  if (updates) closing.push(() => updates.close());

  const restartWhenIdle = () => {
    if (!isStartedAgain()) return false;
    // A moment, so that the answer goes out.
    const waiting = whenQuiet(clock, isIdle, 1_000, () => process.kill(process.pid, 'SIGTERM'));
    closing.push(() => waiting.cancel());
    return true;
  };
  const listen = config.http;
  const http = listen
    ? await startHttp({
        ...listen,
        page,
        clock,
        station,
        journal,
        calls,
        access,
        settings: new Settings(configFile, boards, config.data, readWavFile),
        restart: restartWhenIdle,
        updates,
        soundCards: listSoundCards,
        board,
        onFault: (error) => log.error(error),
      })
    : undefined;
  if (http) {
    closing.push(() => http.close());
    // Only now: another station of this configuration, which listens there already, keeps its own.
    offerLocalToken(access, log);
  }

  station.start();
  system.start();
  telephone.onAttempt = (attempt) => {
    if (attempt.ok) log.info(attempt, 'server used');
    else log.warn(attempt, 'server failed');
  };
  telephone.start();
  if (network) network.onMoved = (isOurs) => telephony.moved(isOurs);
  if (telephony.outside) {
    telephony.outside.onNews = (news) => journal.append(news);
    telephony.outside.start();
  }
  updates?.start([
    {name: 'SIP listens', passes: () => telephony.listening.length === config.sip.listen.length},
    {name: 'the media thread answers', passes: () => media.answers().then(() => true)},
    {name: 'the page answers', passes: () => http === undefined || http.answers()},
  ]);
  tellPorts([
    ...(http && listen ? [{service: 'http', address: listen.address, port: http.port}] : []),
    ...telephony.listening.map((one) => ({...one, service: one.transport.toLowerCase()})),
  ]);
  closing.push(beWatched(config, media));
  log.info(
    {
      station: config.name,
      sip: telephony.listening.map((one) => `${one.transport.toLowerCase()}:${formatSocketAddress(one)}`),
      http: http?.url,
    },
    'ready',
  );
  setImmediate(rehearseCall);
}

/** Updates, where the machine has slots for them; where the disk does not let itself be written, all else works. */
async function openBoardUpdates(options: Omit<UpdatesOptions, 'installer'>): Promise<Updates | undefined> {
  const installer = await Rauc.find();
  if (!installer) return undefined;
  try {
    return await openUpdates({...options, installer});
  } catch (error) {
    options.log.warn(`There will be no updates: ${(error as Error).message}`);
    return undefined;
  }
}

function offerLocalToken(access: Access, log: Pick<Logger, 'warn'>): void {
  try {
    access.offerLocalToken();
  } catch (error) {
    log.warn(`"doorline update" will not work: ${(error as Error).message}`);
  }
}

/** Watches the network, where the station needs one; where the system does not let it, all else works. */
function openNetwork(config: Config, log: Pick<Logger, 'warn'>): NetworkMonitor | undefined {
  if (!needsNetwork(config)) return undefined;
  try {
    return new NetworkMonitor({network: watchNetwork(), clock});
  } catch (error) {
    if (!(error instanceof HardwareError)) throw error;
    log.warn(error.message);
    return undefined;
  }
}

/** Resolves at the first SIGTERM, SIGINT or, from a terminal that goes away, SIGHUP. A second one ends the program at once. */
function askedToStop(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
}
