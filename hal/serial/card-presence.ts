/** A card is away once its reader has told nothing of it for so long; ms. */
const AWAY = 1_000;

/** Readers tell of a card again and again while it lies there: one event until it is away. */
export class CardPresence {
  #number: string | undefined;
  #lastAt = Number.NEGATIVE_INFINITY;

  /** Whether the card that was read at `now` (ms) has just come. */
  comes(number: string, now: number): boolean {
    const stays = number === this.#number && now - this.#lastAt < AWAY;
    this.#number = number;
    this.#lastAt = now;
    return !stays;
  }
}
