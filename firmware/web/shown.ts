import type {Board, SoundCardInfo} from '../../hal/hal.ts';
import type {Access} from '../access/access.ts';
import type {Settings} from '../config/settings.ts';
import type {CallLogReader, JournalReader, StationControl} from '../station/station-control.ts';
import type {Updates} from '../update/open-updates.ts';

/** What the web shows and steers. */
export interface Shown {
  readonly station: StationControl;
  readonly journal: JournalReader;
  readonly calls: CallLogReader;
  readonly access: Access;
  /** The configuration file, as far as the page changes it. */
  readonly settings: Pick<Settings, 'setTargets' | 'backup' | 'restore'>;
  /** Starts the station anew as soon as nobody talks; false where nothing would start it again. */
  readonly restart: () => boolean;
  /** Undefined where the machine has no slots for updates. */
  readonly updates?: Pick<Updates, 'updater' | 'upload'> | undefined;
  /** The sound cards of this machine. */
  readonly soundCards: () => readonly SoundCardInfo[];
  /** Its lines are shown, and only read. */
  readonly board: Pick<Board, 'inputs' | 'outputs'>;
}
