import type {Sound} from './wav.ts';

/** Half the length of the filter, in samples. */
const reach = 48;

/** A sinc under a Hann window: what lies above half the band is gone. */
const filter = Float64Array.from({length: 2 * reach + 1}, (_, index) => {
  const x = index - reach;
  const sinc = x === 0 ? 0.5 : Math.sin((Math.PI * x) / 2) / (Math.PI * x);
  return sinc * (0.5 + 0.5 * Math.cos((Math.PI * x) / (reach + 1)));
});

/** The same sound at half its rate: filtered first, so that nothing folds back. */
export function halved({rate, samples}: Sound): Sound {
  const result = Int16Array.from({length: Math.ceil(samples.length / 2)}, (_, index) =>
    Math.round(
      filter.reduce((sum, weight, tap) => sum + weight * (samples[2 * index + tap - reach] ?? 0), 0),
    ),
  );
  return {rate: rate / 2, samples: result};
}

/** The same sound at twice its rate. */
export function doubled({rate, samples}: Sound): Sound {
  const result = Int16Array.from({length: 2 * samples.length}, (_, index) =>
    Math.round(
      filter.reduce((sum, weight, tap) => {
        const place = index + tap - reach;
        return place % 2 === 0 ? sum + 2 * weight * (samples[place / 2] ?? 0) : sum;
      }, 0),
    ),
  );
  return {rate: 2 * rate, samples: result};
}
