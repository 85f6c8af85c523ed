/** The compression function of SHA-256 (RFC 6234), here for the same reason as that of SHA-1. */

/** The state before the first block. */
export const sha256Start = Int32Array.of(
  ...[0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19],
);

/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
const constants = cubeRoots();
const words = new Int32Array(64);

/** Hashes 16 words of `block` into `state`, 8 words. */
export function sha256Compress(state: Int32Array, block: Int32Array): void {
  for (let index = 0; index < 16; index++) words[index] = block[index]!;
  for (let index = 16; index < 64; index++) {
    const near = words[index - 2]!;
    const far = words[index - 15]!;
    const small1 = rotated(near, 17) ^ rotated(near, 19) ^ (near >>> 10);
    const small0 = rotated(far, 7) ^ rotated(far, 18) ^ (far >>> 3);
    words[index] = small1 + words[index - 7]! + small0 + words[index - 16]!;
  }
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  let f = state[5]!;
  let g = state[6]!;
  let h = state[7]!;
  for (let index = 0; index < 64; index++) {
    const big1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
    const first = (h + big1 + (g ^ (e & (f ^ g))) + constants[index]! + words[index]!) | 0;
    const big0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
    const second = (big0 + ((a & b) | (c & (a | b)))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  state[0] = state[0]! + a;
  state[1] = state[1]! + b;
  state[2] = state[2]! + c;
  state[3] = state[3]! + d;
  state[4] = state[4]! + e;
  state[5] = state[5]! + f;
  state[6] = state[6]! + g;
  state[7] = state[7]! + h;
}

function rotated(value: number, bits: number): number {
  return (value >>> bits) | (value << (32 - bits));
}

function cubeRoots(): Int32Array {
  const primes: number[] = [];
  for (let candidate = 2; primes.length < 64; candidate++) {
    if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate);
  }
  return Int32Array.from(primes, (prime) => Math.floor((Math.cbrt(prime) % 1) * 2 ** 32));
}
