import type {Model} from './model.ts';

/** What is done with the station as a whole. */
export function StationPanel({model}: {model: Model}) {
  return (
    <section class="card access" aria-labelledby="station-title">
      <h2 id="station-title">This station</h2>
      <p>Where is it? Its light goes round, it chirps, and says its address aloud.</p>
      <button type="button" class="act" data-testid="locate" onClick={() => model.locate()}>
        Locate
      </button>
    </section>
  );
}
