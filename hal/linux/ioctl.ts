import {getSystemErrorMessage, getSystemErrorName} from 'node:util';
import koffi from 'koffi';

/** What the kernel answered to a call that it refused. */
export class SystemError extends Error {
  override name = 'SystemError';
  /** Such as `EBUSY`. */
  readonly code: string;

  constructor(number: number, call: string) {
    super(`${call}: ${getSystemErrorMessage(-number)}`);
    this.code = getSystemErrorName(-number);
  }
}

let call: ((descriptor: number, request: number, argument: Buffer) => number) | undefined;

/**
 * One ioctl(2) whose argument is a structure; the kernel reads and writes `argument`.
 * @throws SystemError
 */
export function ioctl(descriptor: number, request: number, argument: Buffer): void {
  call ??= koffi.load(null).func('int ioctl(int descriptor, unsigned long request, void *argument)');
  if (call(descriptor, request, argument) < 0) throw new SystemError(koffi.errno(), 'ioctl');
}

/** A request number for an ioctl that reads its argument (_IOR), by group, number in the group and size in bytes. */
export function readRequest(group: number, number: number, size: number): number {
  return requestNumber(2, group, number, size);
}

/** The same for one that writes its argument (_IOW). */
export function writeRequest(group: number, number: number, size: number): number {
  return requestNumber(1, group, number, size);
}

/** The same for one that writes its argument and reads it back (_IOWR). */
export function exchangeRequest(group: number, number: number, size: number): number {
  return requestNumber(3, group, number, size);
}

/** As on all architectures that Node.js has but PowerPC, MIPS and SPARC. */
function requestNumber(direction: number, group: number, number: number, size: number): number {
  return ((direction << 30) | (size << 16) | (group << 8) | number) >>> 0;
}
