/**
 * `make run`: a door station and an indoor station on simulated boards, two real processes that
 * call each other over loopback, and one page at http://127.0.0.1:8080 that shows both.
 */
import {build} from './build.ts';
import {startFrontPage} from './demo/front-page.ts';
import {freeUdpPort, StationProcess} from './demo/station-process.ts';
import {doorConfiguration, indoorConfiguration, microphoneOfThisComputer} from './demo/stations.ts';

const port = Number(process.env['PORT'] ?? 8080);
const folder = new URL('../build/demo/', import.meta.url);

async function main(): Promise<void> {
  await build('page');
  const doorPort = await freeUdpPort(5060);
  const indoorPort = await freeUdpPort(5062);
  const microphone = microphoneOfThisComputer();

  const indoor = await StationProcess.start(
    'indoor',
    folder,
    indoorConfiguration({sipPort: indoorPort, doorPort}),
  );
  const stations = [indoor];
  let ending = false;
  const end = async (exitCode: number): Promise<void> => {
    if (ending) return;
    ending = true;
    await Promise.all(stations.map((station) => station.stop()));
    process.exit(exitCode);
  };
  process.on('SIGINT', () => void end(0));
  process.on('SIGTERM', () => void end(0));

  try {
    const door = await StationProcess.start(
      'door',
      folder,
      doorConfiguration({sipPort: doorPort, indoorPort, microphone}),
    );
    stations.push(door);
    for (const station of stations) {
      station.onExit = (text) => {
        console.error(text);
        void end(1);
      };
    }
    await startFrontPage({port, stations: {door: door.httpPort, indoor: indoor.httpPort}});
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    await end(1);
    return;
  }

  console.log(`
  Doorline, on two simulated boards

    door station     sip:127.0.0.1:${doorPort}   microphone: ${microphone ? 'this computer' : 'sample speech'}
    indoor station   sip:127.0.0.1:${indoorPort}   microphone: sample speech

  Open  http://127.0.0.1:${port}  and press the bell.      Ctrl-C ends it.
`);
}

await main();
