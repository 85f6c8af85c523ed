import type {Board} from '../../hal/hal.ts';
import type {CallLogReader, JournalReader, StationControl} from '../station/station-control.ts';

/** What the web shows and steers. */
export interface Shown {
  readonly station: StationControl;
  readonly journal: JournalReader;
  readonly calls: CallLogReader;
  /** Its lines are shown, and only read. */
  readonly board: Pick<Board, 'inputs' | 'outputs'>;
}
