/** A Fourier transform of complex numbers, a power of two of them, in place. */
export class Fourier {
  readonly #size: number;
  readonly #cosines: Float64Array;
  readonly #sines: Float64Array;
  readonly #reversed: Uint32Array;

  constructor(size: number) {
    const bits = Math.log2(size);
    this.#size = size;
    this.#cosines = Float64Array.from({length: size / 2}, (_, index) =>
      Math.cos((2 * Math.PI * index) / size),
    );
    this.#sines = Float64Array.from({length: size / 2}, (_, index) => Math.sin((2 * Math.PI * index) / size));
    this.#reversed = new Uint32Array(size);
    for (let index = 0; index < size; index++) {
      this.#reversed[index] = (this.#reversed[index >> 1]! >> 1) | ((index & 1) << (bits - 1));
    }
  }

  /** Forwards. With the two arrays exchanged it is the inverse, but for the factor 1/size. */
  transform(real: Float64Array, imaginary: Float64Array): void {
    this.#reorder(real, imaginary);
    const size = this.#size;
    for (let half = 1; half < size; half *= 2) {
      const stride = size / (2 * half);
      for (let start = 0; start < size; start += 2 * half) {
        for (let index = 0; index < half; index++) {
          const cosine = this.#cosines[index * stride]!;
          const sine = this.#sines[index * stride]!;
          const one = start + index;
          const other = one + half;
          const re = real[other]! * cosine + imaginary[other]! * sine;
          const im = imaginary[other]! * cosine - real[other]! * sine;
          real[other] = real[one]! - re;
          imaginary[other] = imaginary[one]! - im;
          real[one] = real[one]! + re;
          imaginary[one] = imaginary[one]! + im;
        }
      }
    }
  }

  #reorder(real: Float64Array, imaginary: Float64Array): void {
    for (let index = 0; index < this.#size; index++) {
      const other = this.#reversed[index]!;
      if (other <= index) continue;
      const re = real[index]!;
      real[index] = real[other]!;
      real[other] = re;
      const im = imaginary[index]!;
      imaginary[index] = imaginary[other]!;
      imaginary[other] = im;
    }
  }
}
