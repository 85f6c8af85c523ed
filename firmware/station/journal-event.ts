import type {CallResult} from './call-record.ts';

/** Who did something: a party of a call by its URI, or where a command came from. */
type By = string;

/**
 * Every kind of journal entry with its fields: the one list of them. `call` is the number in the call log.
 * Never a code, a password or a digit: the journal is read by everybody.
 */
export type JournalEvent =
  /** The station takes calls and presses. */
  | {kind: 'started'; version: string}
  | {kind: 'stopped'}
  /** A button was pressed; `ignored` says why nothing followed. */
  | {kind: 'button-pressed'; button: string; ignored?: string}
  /** What presses that are told already were besides: two in quick succession, or one of two seconds. */
  | {kind: 'button-gesture'; button: string; gesture: 'double' | 'long'}
  /** The button has been down for a minute: it counts for nothing until it is up again. */
  | {kind: 'button-stuck'; button: string}
  | {kind: 'button-free'; button: string}
  /** Somebody has changed whom the button calls. */
  | {kind: 'button-targets'; button: string; targets: readonly string[]; by: By}
  /** The station calls; `targets` as configured or dialled. */
  | {kind: 'call-started'; call: number; direction: 'outgoing'; targets: string[]; button?: string}
  /** Somebody who may calls the station. */
  | {kind: 'call-received'; call: number; direction: 'incoming'; peer: string; peerName?: string}
  /** The first phone of this call rings. */
  | {kind: 'call-ringing'; call: number; peer: string}
  | {kind: 'call-answered'; call: number; peer: string; peerName?: string}
  /** `result` as in the call log; `seconds` of talking; `reason` in plain words. */
  | {
      kind: 'call-ended';
      call: number;
      peer: string;
      peerName?: string;
      result: CallResult;
      seconds: number;
      reason: string;
    }
  /** A call from outside that was not let in: not on the list (403), or the station was busy (486). */
  | {kind: 'call-refused'; call: number; peer: string; address: string; status: number}
  /** A call of somebody who may call, refused since no sound could be agreed on; `advice` names the setting that would help. */
  | {
      kind: 'call-unanswerable';
      call: number;
      peer: string;
      address: string;
      reason: string;
      advice?: string;
    }
  /** So many more such calls within the last ten minutes than are told one by one. */
  | {kind: 'calls-refused'; count: number}
  /** Who is talked to wants the call to go on with `target`, which is called now. */
  | {kind: 'transfer-started'; call: number; peer: string; peerName?: string; target: string}
  /** The call goes on with `peer` in place of `from`. */
  | {kind: 'call-moved'; call: number; from: string; peer: string; peerName?: string}
  /** The call does not go on with `target`; `reason` in plain words. */
  | {kind: 'transfer-failed'; call: number; target: string; reason: string}
  /** Who may not, or has done so too often, wanted the call to go on with `target`; told once in a call. */
  | {kind: 'transfer-refused'; call: number; peer: string; peerName?: string; target: string}
  /** A text of somebody who may call; cut where it is long. */
  | {kind: 'message-received'; peer: string; peerName?: string; message: string}
  /** No sound has come for `seconds`; `expected` is the address and port it should come from. */
  | {kind: 'no-sound'; call: number; seconds: number; expected: string}
  /** The talking time is nearly over. */
  | {kind: 'call-ending'; call: number; seconds: number}
  | {kind: 'door-opened'; door: string; seconds: number; by: By}
  | {kind: 'door-closed'; door: string}
  /** The door is open until it is set back to normal. */
  | {kind: 'door-held'; door: string; by: By}
  /** Nothing opens the door until it is set back to normal. */
  | {kind: 'door-locked'; door: string; by: By}
  | {kind: 'door-normal'; door: string; by: By}
  /** Its contact says that the door leaf was opened, soon after a release or where people may leave by a handle. */
  | {kind: 'door-ajar'; door: string}
  | {kind: 'door-shut'; door: string}
  /** The door leaf was opened, though nothing had released it. */
  | {kind: 'door-forced'; door: string}
  /** The door leaf has stood open for so long. */
  | {kind: 'door-left-open'; door: string; seconds: number}
  /** The tamper loop is open: no door is released. */
  | {kind: 'tamper'}
  | {kind: 'tamper-ended'}
  /** The output could not be switched. */
  | {kind: 'door-fault'; door: string}
  /** A complete entry that is no door's code. */
  | {kind: 'wrong-code'; by: By}
  /** Too many wrong codes: none is taken for `seconds`. */
  | {kind: 'codes-locked'; by: By; seconds: number}
  /**
   * A card was shown at a reader, or a code entered: `known` where it is on the reader's list, absent where there is no list.
   * Of the number of a card only the last digits are told.
   */
  | {kind: 'card-read'; reader: string; card: string; known?: boolean}
  | {kind: 'code-entered'; reader: string; known?: boolean}
  /** So many more than were told one by one. */
  | {kind: 'entries-untold'; reader: string; count: number}
  /** The code or card was right, or the exit button pressed, but a door stays closed: `reason` in plain words. */
  | {kind: 'entry-blocked'; by: By; reason: string}
  /** The reader is not there, or does not work. */
  | {kind: 'reader-down'; reader: string; reason: string}
  | {kind: 'reader-back'; reader: string}
  /** Keys of somebody who may open no door. */
  | {kind: 'keys-ignored'; by: By; call: number}
  | {kind: 'account-registered'; account: string}
  /** `reason` in plain words. */
  | {kind: 'account-down'; account: string; reason: string}
  /** Something else than before waits in the mailbox of the account; counts are null where the server has none. */
  | {kind: 'mailbox'; account: string; waiting: boolean; new: number | null; old: number | null}
  /** Calls of the account are encrypted, but whoever reads its SIP messages reads the keys. */
  | {kind: 'keys-readable'; account: string}
  /** The STUN server told how the station is seen from outside, for the first time or anew. */
  | {kind: 'outside-address'; address: string}
  /** No STUN server answers: the outside address is not known, or may have changed. */
  | {kind: 'stun-down'; reason: string}
  /** No address but loopback is left, or there is none yet. */
  | {kind: 'network-gone'}
  | {kind: 'network-back'; addresses: readonly string[]}
  | {kind: 'address-changed'; addresses: readonly string[]}
  /** An update is being installed; `source` is a URL, or says that it was uploaded. */
  | {kind: 'update-started'; source: string}
  /** It was not installed; `reason` in plain words. What runs is unchanged. */
  | {kind: 'update-refused'; source: string; reason: string}
  /** It is installed, and runs after the next start of the machine, which follows when nobody talks. */
  | {kind: 'update-installed'; source: string}
  /** The update runs and has passed its self-test. */
  | {kind: 'update-good'; slot: string; version: string}
  /** The update did not start, or not pass: the machine has gone back to `slot`. */
  | {kind: 'update-rolled-back'; slot: string; version: string}
  /** What did not work within its time after the start; on `trial` the machine goes back to what ran before. */
  | {kind: 'self-test-failed'; failed: readonly string[]; trial: boolean}
  /** Somebody has held the button for it: the machine starts anew, and forgets the network, or everything. */
  | {kind: 'reset-requested'; stage: 'network' | 'everything'}
  /** It cannot be done, since nothing can be written: `reason` tells why. */
  | {kind: 'reset-failed'; reason: string}
  /** Somebody has put a backup in the place of the configuration, which counts from the next start on. */
  | {kind: 'configuration-restored'; by: By}
  /** The processor is so hot that it slows down, or will soon. */
  | {kind: 'too-hot'; celsius: number}
  | {kind: 'cooled-down'; celsius: number}
  /** The processor is slowed down, for heat or for want of current. */
  | {kind: 'slowed-down'}
  | {kind: 'full-speed'}
  /** The supply voltage is too low. */
  | {kind: 'voltage-low'}
  | {kind: 'voltage-good'}
  /** The sound card or, without a `device`, the media thread is in trouble. */
  | {kind: 'sound-fault'; device?: string; reason: string}
  | {kind: 'sound-restored'; device: string}
  /** So many overruns of the microphone's buffer, or underruns of the loudspeaker's, within a minute. */
  | {kind: 'sound-xruns'; device: string; direction: 'microphone' | 'speaker'; count: number}
  /** In use, the microphone has given nothing at all for seconds, not even noise. */
  | {kind: 'microphone-silent'; device: string}
  | {kind: 'microphone-heard'; device: string};

/** An event as the journal keeps it: numbered, dated, told in plain words. */
export type JournalEntry = {
  /** Counts up, by one unless the file was lost in between; never used twice. */
  seq: number;
  /** ISO 8601 in UTC. */
  at: string;
  /** The event in one plain sentence. */
  text: string;
} & JournalEvent;
