/**
 * Discrete Fourier transform in place, radix 2: `re` and `im` have the same power-of-two length.
 * The inverse transform is the same with `re` and `im` exchanged, and is not scaled.
 */
export function fft(re: Float64Array, im: Float64Array): void {
  const size = re.length;
  reverseBits(re, im);
  for (let half = 1; half < size; half *= 2) {
    const step = -Math.PI / half;
    for (let k = 0; k < half; k += 1) {
      const wr = Math.cos(step * k);
      const wi = Math.sin(step * k);
      for (let a = k; a < size; a += half * 2) {
        const b = a + half;
        const tr = wr * re[b]! - wi * im[b]!;
        const ti = wr * im[b]! + wi * re[b]!;
        re[b] = re[a]! - tr;
        im[b] = im[a]! - ti;
        re[a] = re[a]! + tr;
        im[a] = im[a]! + ti;
      }
    }
  }
}

/** Puts the values into the order of their indices' mirrored bits. */
function reverseBits(re: Float64Array, im: Float64Array): void {
  const size = re.length;
  for (let index = 1, mirrored = 0; index < size; index += 1) {
    let bit = size >> 1;
    for (; mirrored & bit; bit >>= 1) mirrored ^= bit;
    mirrored ^= bit;
    if (index < mirrored) {
      [re[index], re[mirrored]] = [re[mirrored]!, re[index]!];
      [im[index], im[mirrored]] = [im[mirrored]!, im[index]!];
    }
  }
}
