import {boardCalled, boards} from '../../boards/index.ts';
import type {BoardDefinition, ModbusRelay, Pin, SoundCardDefinition} from '../../hal/board-definition.ts';
import {lineHolders} from '../../hal/gpio/find-lines.ts';
import {withLight} from '../../hal/light/choose-light.ts';
import {readMachine} from '../../hal/linux/device-tree.ts';
import {withRelays} from '../../hal/serial/with-relays.ts';
import type {Config} from '../config/schema.ts';
import {readConfiguration} from '../configuration.ts';
import {headerDrawing, type WiringRow, wiringTable} from './wiring.ts';

/**
 * `doorline board`: the wiring of a board, by its name, of a configuration's board with what its lines are bound to, or of the
 * board that this machine is. Exit code 0; 2 where there is no such board, or the configuration is wrong.
 */
export async function board(asked: {
  name?: string | undefined;
  config?: string | undefined;
}): Promise<number> {
  const config = asked.config === undefined ? undefined : readConfiguration(asked.config);
  if (asked.config !== undefined && config === undefined) return 2;
  const machine = readMachine();
  const found = boardCalled(machine?.compatible ?? []);
  const name = asked.name ?? config?.board ?? found?.name;
  const bare = name === undefined ? undefined : boards.get(name);
  if (bare === undefined) {
    const known = `The boards are: ${[...boards.keys()].join(', ')}.`;
    const what =
      name === undefined
        ? `This machine${machine ? `, ${machine.model},` : ''} is none of the boards with a header.`
        : `There is no board "${name}".`;
    process.stderr.write(`${what} ${known}\n`);
    return 2;
  }
  const definition = withLight(withRelays(bare, config?.relays ?? []), config?.light.device);
  const here = machine && found !== bare ? `This machine is another one: ${machine.model}.` : undefined;
  const rows = rowsOf(definition, config);
  // Of what a configuration does not use, the pins are free.
  const used = config === undefined ? rows : rows.filter(({use}) => use !== '');
  const parts = [
    `${definition.title} (${definition.name})${found === bare ? ': this machine' : ''}`,
    here,
    rows.length === 0 ? 'It has no lines.' : wiringTable(rows),
    definition.header.length === 0 ? undefined : headerDrawing(definition.header, used),
    aboutSound(definition.soundCards),
    aboutImage(definition),
  ];
  console.log(parts.filter((part) => part !== undefined).join('\n\n'));
  return 0;
}

function rowsOf(definition: BoardDefinition, config: Config | undefined): WiringRow[] {
  const holders = definition.driver === 'gpio' ? lineHolders(definition.chip) : new Map<string, string>();
  const uses = usesIn(config);
  const {inputs, outputs, light} = definition;
  const lineRow = (line: string, pin: Pin | undefined, use: string): WiringRow => ({
    line,
    header: pin?.header,
    kernel: pin?.line ?? '',
    active: pin?.active ?? '',
    use,
    holder: holders.get(pin?.line ?? '') ?? '',
  });
  const rows = [
    ...inputs.map(({name, pin}) => lineRow(name, pin, uses.get(name) ?? '')),
    ...outputs.map(({name, pin, modbus}) => {
      const row = lineRow(name, pin, uses.get(name) ?? '');
      return modbus === undefined ? row : {...row, kernel: placeOf(modbus)};
    }),
  ];
  if (light?.kind === 'lines') {
    const parts = light.pins.length === 1 ? ['LED'] : ['red', 'green', 'blue'];
    rows.push(...light.pins.map((pin, index) => lineRow('light', pin, parts[index]!)));
  }
  if (light?.kind === 'leds') {
    const names = typeof light.leds === 'string' ? light.leds : Object.values(light.leds).join(', ');
    rows.push({...lineRow('light', undefined, 'LED'), kernel: names});
  }
  if (light?.kind === 'ws2812') {
    const {device, header, count} = light;
    rows.push({line: 'light', header, kernel: device, active: '', use: `ring of ${count}`, holder: ''});
  }
  for (const {device, pins, use} of portsIn(config, definition)) {
    rows.push(...pins.map((header) => ({...lineRow('serial', undefined, use), header, kernel: device})));
  }
  return rows;
}

function placeOf({port, unit, coil}: ModbusRelay): string {
  return `coil ${coil} of unit ${unit} at ${port}`;
}

/** What each line is bound to, in words. */
function usesIn(config: Config | undefined): Map<string, string> {
  const uses = new Map<string, string>();
  if (config === undefined) return uses;
  for (const {name, input} of config.buttons) uses.set(input, `button ${name}`);
  for (const {name, output, inverted, exit, contact} of config.doors) {
    uses.set(output, inverted ? `door ${name}, inverted` : `door ${name}`);
    if (exit !== undefined) uses.set(exit, `exit button of ${name}`);
    if (contact !== undefined) uses.set(contact, `contact of ${name}`);
  }
  if (config.tamper !== undefined) uses.set(config.tamper, 'tamper loop');
  if (config.reset !== undefined) uses.set(config.reset, 'reset contact');
  return uses;
}

/** The serial ports of the header that readers and relays are at. */
function portsIn(config: Config | undefined, {serialPorts}: BoardDefinition) {
  const at = (device: string) => [
    ...(config?.readers ?? []).filter(({port}) => port === device).map(({name}) => `reader ${name}`),
    ...(config?.relays ?? []).filter(({port}) => port === device).map(({name}) => `relay ${name}`),
  ];
  return serialPorts
    .map(({device, pins}) => ({device, pins, use: at(device).join(', ')}))
    .filter(({use}) => use !== '');
}

function aboutSound(cards: readonly SoundCardDefinition[]): string | undefined {
  if (cards.length === 0) return undefined;
  const lines = cards.flatMap(({title, card, pins, mixer, config, source}) => [
    `  alsa:plughw:CARD=${card}  ${title} (by ${source})`,
    ...(pins.length > 0 ? [`    pins ${pins.toSorted((a, b) => a - b).join(', ')}`] : []),
    ...config.map((line) => `    config.txt: ${line}`),
    ...(mixer.length > 0
      ? [`    audio.mixer: [${mixer.map(({control, value}) => `${control} ${value}`).join(', ')}]`]
      : []),
  ]);
  return ['Sound cards:', ...lines].join('\n');
}

function aboutImage({image}: BoardDefinition): string | undefined {
  if (image === undefined) return undefined;
  const lines = image.config.map((line) => `  ${line}`);
  const tree = `Its image: Debian's kernel of ${image.kernel}, ${image.deviceTree}`;
  return [tree, ...(lines.length > 0 ? ['Raspberry Pi OS needs in config.txt:', ...lines] : [])].join('\n');
}
