/**
 * A relay board at a serial line, played by libmodbus: `node modbus-board.ts PORT UNIT COILS` answers as this unit and prints its
 * coils after each request.
 */
import koffi from 'koffi';
import {programs} from '../../tools/setup/programs.ts';

const LONGEST_REQUEST = 256;

const [port, unit, coils] = process.argv.slice(2);
const library = koffi.load(programs.libmodbus.find()!);
const context: bigint = library.func(
  'void *modbus_new_rtu(const char *device, int baud, char parity, int data_bit, int stop_bit)',
)(port, 9600, 'N'.charCodeAt(0), 8, 1);
const setUnit = library.func('int modbus_set_slave(void *context, int slave)');
const connect = library.func('int modbus_connect(void *context)');
const receive = library.func('int modbus_receive(void *context, uint8_t *request)');
const reply = library.func('int modbus_reply(void *context, uint8_t *request, int length, void *mapping)');
const mapping: bigint = library.func(
  'void *modbus_mapping_new(int bits, int inputBits, int registers, int inputRegisters)',
)(Number(coils), 0, 0, 0);
// struct modbus_mapping_t: eight numbers, then the pointer to the coils.
const memory: bigint = koffi.decode(mapping, 32, 'void *');

setUnit(context, Number(unit));
if (connect(context) !== 0) throw new Error(`libmodbus cannot open ${port}`);
process.stdout.write('ready\n');
const request = Buffer.alloc(LONGEST_REQUEST);
for (;;) {
  const length: number = receive(context, request);
  if (length > 0) {
    reply(context, request, length, mapping);
    const states = koffi.decode(memory, koffi.array('uint8_t', Number(coils), 'Array')) as number[];
    process.stdout.write(`coils ${states.join('')}\n`);
  }
}
