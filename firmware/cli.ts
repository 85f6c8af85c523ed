#!/usr/bin/env node
/** `doorline`: the program's command line. Each command is loaded only when it is asked for. */
import {parseArgs} from 'node:util';
import type {AudioTask} from './commands/audio.ts';

const usage = `doorline: a SIP door intercom

  doorline run --config FILE            the firmware, until SIGTERM
  doorline check --config FILE          validates a configuration
  doorline call --config FILE TARGET    one call from the terminal, with its ladder
  doorline update --config FILE SOURCE  gives the running station an update: a bundle's file or URL
  doorline audio [DEVICE] [--config FILE] [--loop | --record]
                                        sound cards and levels; a loop test; five seconds recorded and played
  doorline board [NAME | --config FILE] the board's wiring: lines, header pins, what is bound to what
  doorline nat STUN-SERVER [PORT]       what kind of NAT this is, and the mapped address
  doorline ladder FILE.pcap             the SIP calls in a capture as ladders
  doorline help | version
`;

/** Exit codes: 0 done, 1 it failed, 2 asked wrongly or configured wrongly. */
async function main(commandLine: string[]): Promise<number> {
  const asksForHelp = commandLine.some((word) => word === '--help' || word === '-h');
  const [command = 'help', ...rest] = asksForHelp ? [] : commandLine;
  switch (command) {
    case 'run':
      return withConfiguration(rest, 0, async (file) => (await import('./main.ts')).run(file));
    case 'check':
      return withConfiguration(rest, 0, async (file) => (await import('./commands/check.ts')).check(file));
    case 'call':
      return withConfiguration(rest, 1, async (file, target) =>
        (await import('./commands/call.ts')).call(file, target),
      );
    case 'update':
      return withConfiguration(rest, 1, async (file, source) =>
        (await import('./commands/update.ts')).update(file, source),
      );
    case 'audio': {
      const given = readAudioArguments(rest);
      if (typeof given === 'string') return misused(given);
      return (await import('./commands/audio.ts')).audio(given);
    }
    case 'board': {
      const given = readArguments(rest);
      if (typeof given === 'string') return misused(given);
      const {config, positionals} = given;
      if (positionals.length > (config ? 0 : 1)) return misused('board takes one name, or a configuration.');
      return (await import('./commands/board.ts')).board({name: positionals[0], config});
    }
    case 'nat': {
      const [server, port] = rest;
      if (!server || rest.length > 2) return misused('nat takes a STUN server, and its port.');
      return (await import('./commands/nat.ts')).nat(server, port);
    }
    case 'ladder': {
      const [file] = rest;
      if (!file || rest.length > 1) return misused('ladder takes one capture file.');
      return (await import('./commands/ladder.ts')).ladder(file);
    }
    // Of the image, not for people: it is not in the list above.
    case 'first-boot': {
      const {from, to, board} = readOptions(rest, ['from', 'to', 'board']);
      if (!from || !to) return misused('first-boot takes --from FILE, --to FOLDER, and --board NAME.');
      return (await import('./commands/first-boot.ts')).firstBoot({from, to, board});
    }
    case 'version':
    case '--version':
      console.log((await import('./version.ts')).version);
      return 0;
    case 'help':
      process.stdout.write(usage);
      return 0;
    default:
      return misused(`There is no command "${command}".`);
  }
}

/** Reads `--config FILE` and exactly `operands` further arguments, then runs the command with them. */
async function withConfiguration(
  rest: string[],
  operands: 0 | 1,
  command: (file: string, target: string) => Promise<number>,
): Promise<number> {
  const given = readArguments(rest);
  if (typeof given === 'string') return misused(given);
  const {config, positionals} = given;
  if (!config) return misused('--config FILE is missing.');
  if (positionals.length > operands) return misused(`Unexpected: ${positionals.slice(operands).join(' ')}`);
  if (positionals.length < operands)
    return misused('Something is missing behind the options: whom to call, or the update.');
  return command(config, positionals[0] ?? '');
}

/** The arguments, or what is wrong with them. */
function readArguments(args: string[]): {config: string | undefined; positionals: string[]} | string {
  try {
    const {values, positionals} = parseArgs({
      args,
      options: {config: {type: 'string', short: 'c'}},
      allowPositionals: true,
    });
    return {config: values.config, positionals};
  } catch (error) {
    // Its first sentence says what is wrong, the others how parseArgs could be told otherwise.
    return (error as Error).message.replace(/\. .*/s, '.');
  }
}

/** What `doorline audio` was asked, or what is wrong with it. */
function readAudioArguments(
  args: string[],
): {config: string | undefined; device: string | undefined; task: AudioTask} | string {
  const given = readArguments(args.filter((one) => one !== '--loop' && one !== '--record'));
  if (typeof given === 'string') return given;
  const {config, positionals} = given;
  const [loop, record] = [args.includes('--loop'), args.includes('--record')];
  if (loop && record) return 'audio takes --loop or --record, not both.';
  if (positionals.length > 1) return 'audio takes one device, such as plughw:CARD=Device.';
  return {config, device: positionals[0], task: loop ? 'loop' : record ? 'record' : 'levels'};
}

/** Options that each take a value; none where something else was given. */
function readOptions<Name extends string>(args: string[], names: readonly Name[]): {[Key in Name]?: string} {
  try {
    const options = Object.fromEntries(names.map((name) => [name, {type: 'string'} as const]));
    return parseArgs({args, options}).values as {[Key in Name]?: string};
  } catch {
    return {};
  }
}

function misused(text: string): number {
  process.stderr.write(`${text}\n\n${usage}`);
  return 2;
}

// Whoever reads may stop reading, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});
process.exitCode = await main(process.argv.slice(2));
// All that was open is closed: whatever timer is left is not worth waiting for.
setTimeout(() => process.exit(), 500).unref();
