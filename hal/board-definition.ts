import type {SoundTiming} from './hal.ts';

/** What a board's file says: data only, no code. */
export interface BoardDefinition {
  /** The name in the configuration, such as `raspberry-pi-4`. */
  readonly name: string;
  /** The name for people. */
  readonly title: string;
  /** What the root of its device tree may call it (`compatible`), its most specific names; empty where it has none. */
  readonly compatible: readonly string[];
  /** Which drivers its lines and its light need. */
  readonly driver: 'simulated' | 'gpio';
  /** The label of the chip whose line n is called GPIOn here, for kernels that give its lines numbers only. */
  readonly chip?: string;
  readonly inputs: readonly InputDefinition[];
  readonly outputs: readonly OutputDefinition[];
  readonly light: LightDefinition | undefined;
  /** What is on each pin of the header, from pin 1 on: the name of a line that is used, or other words; empty: no header. */
  readonly header: readonly string[];
  readonly soundCards: readonly SoundCardDefinition[];
  /** What its processor and buses like; undefined: what is usual. */
  readonly soundTiming?: SoundTiming;
  readonly serialPorts: readonly SerialPortDefinition[];
  /** Undefined where no image is made for it. */
  readonly image: ImageDefinition | undefined;
}

/** Where a line is found on a real board. */
export interface Pin {
  /** The kernel's name of the GPIO line, such as `GPIO17`. */
  readonly line: string;
  /** The pin of the header it comes out at. */
  readonly header: number;
  /** The electrical level that means active. */
  readonly active: 'low' | 'high';
}

export interface InputPin extends Pin {
  /** The resistor in the chip that gives the line a level while its contact is open. */
  readonly bias: 'pull-up' | 'pull-down' | 'none';
}

export interface InputDefinition {
  readonly name: string;
  /** Undefined on a simulated board. */
  readonly pin: InputPin | undefined;
  /** On a simulated board: its contact is closed, and the line active, as long as nobody moves it. */
  readonly closedAtRest?: boolean;
  /** A change counts once it has lasted this long (ms). */
  readonly debounceMs: number;
  /** After one press no other is accepted for this long (ms). */
  readonly lockOutMs: number;
}

export interface OutputDefinition {
  readonly name: string;
  /** Undefined on a simulated board, and where it is no line of the board. */
  readonly pin: Pin | undefined;
  /** A relay elsewhere that is reached by Modbus RTU, with 9600 bit/s, 8N1. */
  readonly modbus?: ModbusRelay;
  /** The load is under current while the line is inactive, and has none while it is active. */
  readonly inverted?: boolean;
}

/** A relay of a board on an RS-485 line. */
export interface ModbusRelay {
  /** The device file of the serial port, such as one of /dev/serial/by-id. */
  readonly port: string;
  /** The address of the relay board, 1 to 247. */
  readonly unit: number;
  /** The number of the relay's coil, 0 to 65535. */
  readonly coil: number;
}

/** A sound card that is known to work with the board. */
export interface SoundCardDefinition {
  /** As it is sold. */
  readonly title: string;
  /** Its ALSA id: the X of `alsa:plughw:CARD=X`. */
  readonly card: string;
  /** The pins of the header that it needs, besides those for power; none where it is plugged in by USB. */
  readonly pins: readonly number[];
  /** Mixer settings, as `audio.mixer` of the configuration takes them. */
  readonly mixer: readonly {readonly control: string; readonly value: string}[];
  /** Lines of config.txt that it needs. */
  readonly config: readonly string[];
  /** How this is known. */
  readonly source: string;
}

export interface SerialPortDefinition {
  /** The device file, such as `/dev/ttyS1`. */
  readonly device: string;
  /** The pins of the header that it comes out at: what it sends, what it receives. */
  readonly pins: readonly [transmit: number, receive: number];
}

/** What the board's image needs. */
export interface ImageDefinition {
  /** The Debian suite whose kernel knows the board: what else its image has follows from that. */
  readonly kernel: 'trixie' | 'trixie-backports';
  /** The device tree in the kernel's package. */
  readonly deviceTree: string;
  /** Lines of config.txt that the board's own lines, light and serial ports need. */
  readonly config: readonly string[];
}

/** What the light is: all that the drivers of hal/light/ know, and one that only the page shows. */
export type LightDefinition =
  | {readonly kind: 'simulated'; readonly count: number}
  /** So many WS2812 in a chain, on a device of spidev whose data line comes out at a pin of the header. */
  | {readonly kind: 'ws2812'; readonly count: number; readonly device: string; readonly header: number}
  /** One light that is switched: an LED on a line, or an RGB LED on three. */
  | {readonly kind: 'lines'; readonly pins: readonly [Pin] | readonly [red: Pin, green: Pin, blue: Pin]}
  /** One light that the kernel has under a name of its LED class: an LED, which may have colours, or one a colour. */
  | {
      readonly kind: 'leds';
      readonly leds: string | {readonly red: string; readonly green: string; readonly blue: string};
    };
