import type {JournalEvent} from './journal-event.ts';

/** The other side by its name, where that is known, and address. */
function who({peer, peerName}: {peer: string; peerName?: string}): string {
  return peerName === undefined ? peer : `${peerName} (${peer})`;
}

/** An event in one plain sentence. */
export function describeEvent(event: JournalEvent): string {
  switch (event.kind) {
    case 'started':
      return `The station has started, Doorline ${event.version}`;
    case 'stopped':
      return 'The station has stopped';
    case 'button-pressed':
      return `Button "${event.button}" was pressed${event.ignored ? `: ${event.ignored}` : ''}`;
    case 'button-gesture':
      return `Button "${event.button}" was pressed ${event.gesture === 'double' ? 'twice' : 'long'}`;
    case 'button-stuck':
      return `Button "${event.button}" is stuck: it has been down for a minute`;
    case 'button-free':
      return `Button "${event.button}" is free again`;
    case 'button-targets':
      return `Button "${event.button}" now calls ${event.targets.join(', ') || 'nobody'}, set by ${event.by}`;
    case 'call-started':
      return `Calling ${event.targets.join(', ')}`;
    case 'call-received':
      return `${who(event)} calls`;
    case 'call-ringing':
      return `It rings at ${event.peer}`;
    case 'call-answered':
      return `Talking with ${who(event)}`;
    case 'call-ended':
      return event.result === 'answered'
        ? `The call with ${who(event)} ended after ${event.seconds} s: ${event.reason}`
        : `No call with ${who(event)}: ${event.reason}`;
    case 'call-refused':
      return event.status === 486
        ? `${event.peer} (${event.address}) called while the station was busy`
        : `${event.peer} (${event.address}) may not call the station and was refused`;
    case 'call-unanswerable':
      return `${event.peer} (${event.address}) called, but ${event.reason}${event.advice ? `: ${event.advice}` : ''}`;
    case 'calls-refused':
      return `${event.count} more calls were refused`;
    case 'transfer-started':
      return `${who(event)} transfers the call to ${event.target}`;
    case 'call-moved':
      return `The call moved from ${event.from} to ${who(event)}`;
    case 'transfer-failed':
      return `The call does not go on with ${event.target}: ${event.reason}`;
    case 'transfer-refused':
      return `${who(event)} may not transfer the call, and was refused (to ${event.target})`;
    case 'message-received':
      return `${who(event)} writes: ${event.message}`;
    case 'no-sound':
      return `No sound has come for ${event.seconds} s; it should come from ${event.expected}`;
    case 'call-ending':
      return `The call will end in ${event.seconds} s`;
    case 'door-opened':
      return `Door "${event.door}" was opened for ${event.seconds} s by ${event.by}`;
    case 'door-closed':
      return `Door "${event.door}" is closed again`;
    case 'door-held':
      return `Door "${event.door}" is held open by ${event.by}`;
    case 'door-locked':
      return `Door "${event.door}" was locked by ${event.by}: nothing opens it until it is set back to normal`;
    case 'door-normal':
      return `Door "${event.door}" was set back to normal by ${event.by}`;
    case 'door-ajar':
      return `Door "${event.door}" stands open`;
    case 'door-shut':
      return `Door "${event.door}" is shut`;
    case 'door-forced':
      return `Door "${event.door}" was forced: it stands open, and nothing had released it`;
    case 'door-left-open':
      return `Door "${event.door}" has stood open for ${event.seconds} s`;
    case 'tamper':
      return 'The tamper contact is open: no door is released';
    case 'tamper-ended':
      return 'The tamper contact is closed again';
    case 'door-fault':
      return `Door "${event.door}" could not be switched`;
    case 'wrong-code':
      return `${event.by} entered a wrong code`;
    case 'codes-locked':
      return `Too many wrong codes, the last by ${event.by}: no code is taken for ${event.seconds} s`;
    case 'card-read':
      return `Card ${event.card} was shown at reader "${event.reader}"${event.known === false ? ': it is not on the list' : ''}`;
    case 'code-entered':
      return `A ${event.known === false ? 'wrong ' : ''}code was entered at reader "${event.reader}"`;
    case 'entries-untold':
      return `${event.count} more cards or codes came at reader "${event.reader}"`;
    case 'entry-blocked':
      return `${event.reason} (${event.by})`;
    case 'reader-down':
      return `Reader "${event.reader}" does not work: ${event.reason}`;
    case 'reader-back':
      return `Reader "${event.reader}" works again`;
    case 'keys-ignored':
      return `${event.by} pressed keys but may open no door by code`;
    case 'account-registered':
      return `Account "${event.account}" is registered`;
    case 'account-down':
      return `Account "${event.account}" is not registered: ${event.reason}`;
    case 'mailbox':
      if (!event.waiting) return `No message waits at account "${event.account}" any more`;
      return event.new === null
        ? `Messages wait at account "${event.account}"`
        : `Messages wait at account "${event.account}": ${event.new} new, ${event.old} old`;
    case 'keys-readable':
      return `Calls of account "${event.account}" are encrypted, but their keys are sent readably, for its server is not reached over TLS`;
    case 'outside-address':
      return `From outside the station is seen as ${event.address}`;
    case 'stun-down':
      return `The outside address cannot be found out: ${event.reason}`;
    case 'network-gone':
      return 'There is no network: no cable, or no address yet';
    case 'network-back':
      return `The network is there, the station has the address ${event.addresses.join(' and ')}`;
    case 'address-changed':
      return `The station now has the address ${event.addresses.join(' and ')}`;
    case 'update-started':
      return `An update is being installed: ${event.source}`;
    case 'update-refused':
      return `The update was refused (${event.source}). ${event.reason} What runs is unchanged`;
    case 'update-installed':
      return 'The update is installed: the board starts anew when nobody talks';
    case 'update-good':
      return `The update works: Doorline ${event.version} in slot ${event.slot}`;
    case 'update-rolled-back':
      return `The update did not start, or did not work: the board has gone back to Doorline ${event.version} in slot ${event.slot}`;
    case 'self-test-failed':
      return `This did not work within its time after the start: ${event.failed.join(', ')}${event.trial ? '. The update is not good; the board starts anew' : ''}`;
    case 'reset-failed':
      return `The reset by the button cannot be done: ${event.reason}`;
    case 'configuration-restored':
      return `The configuration was restored from a backup, by ${event.by}`;
    case 'reset-requested':
      return event.stage === 'network'
        ? 'Reset by the button: the board starts anew and forgets its network settings'
        : 'Reset by the button: the board starts anew and forgets everything';
    case 'too-hot':
      return `The processor is too hot: ${event.celsius} °C`;
    case 'cooled-down':
      return `The processor has cooled down to ${event.celsius} °C`;
    case 'slowed-down':
      return 'The processor is slowed down, for heat or for want of current';
    case 'full-speed':
      return 'The processor works at full speed again';
    case 'voltage-low':
      return 'The supply voltage is too low: the power supply or its cable is too weak';
    case 'voltage-good':
      return 'The supply voltage is good again';
    case 'sound-fault':
      return `Trouble with the sound: ${event.reason}`;
    case 'sound-restored':
      return `The sound works: ${event.device}`;
    case 'sound-xruns':
      return event.direction === 'microphone'
        ? `The microphone ${event.device} was not read in time ${event.count} times within a minute: the processor is too busy, or the card stops`
        : `The loudspeaker ${event.device} ran dry ${event.count} times within a minute: the processor is too busy, or the card stops`;
    case 'microphone-silent':
      return `The microphone ${event.device} gives no sound at all: is it muted, is its gain at zero, is it connected?`;
    case 'microphone-heard':
      return `The microphone ${event.device} is heard again`;
  }
}
