import type {Call} from './call.ts';

/** What subscribers are told about. */
export interface NotifiedState {
  /** URI of this user agent. */
  readonly entity: string;
  /** Whether calls would be taken. */
  readonly open: boolean;
  readonly dialogs: readonly DialogState[];
}

/** A call as RFC 4235 section 3.7.1 sees it; whom it is with is nobody's business. */
export interface DialogState {
  readonly id: string;
  readonly direction: Call['direction'];
  readonly state: 'trying' | 'early' | 'confirmed' | 'terminated';
}

/** An event package (RFC 6665 section 7.2): what its notifications carry. */
export interface EventPackage {
  readonly contentType: string;
  /** The body; `version` counts the notifications of one subscription from 0. */
  body(state: NotifiedState, version: number): string;
}

/** The event packages by name: `dialog` of RFC 4235, always the full state; `presence` of RFC 3856 with RFC 3863. */
export const eventPackages: ReadonlyMap<string, EventPackage> = new Map([
  ['dialog', {contentType: 'application/dialog-info+xml', body: dialogInfo}],
  ['presence', {contentType: 'application/pidf+xml', body: presence}],
]);

/** Value of the Allow-Events header. */
export const allowedEvents = [...eventPackages.keys()].join(', ');

function dialogInfo({entity, dialogs}: NotifiedState, version: number): string {
  const lines = dialogs.map(({id, direction, state}) => {
    const role = direction === 'outgoing' ? 'initiator' : 'recipient';
    return `<dialog id="${id}" direction="${role}"><state>${state}</state></dialog>\n`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>
<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="${version}" state="full" entity="${escaped(entity)}">
${lines.join('')}</dialog-info>
`;
}

function presence({entity, open, dialogs}: NotifiedState): string {
  const talking = dialogs.some(({state}) => state !== 'terminated');
  const note = talking ? '<note>On the phone</note>\n' : '';
  return `<?xml version="1.0" encoding="UTF-8"?>
<presence xmlns="urn:ietf:params:xml:ns:pidf" entity="${escaped(entity)}">
<tuple id="station">
<status><basic>${open ? 'open' : 'closed'}</basic></status>
<contact>${escaped(entity)}</contact>
${note}</tuple>
</presence>
`;
}

function escaped(text: string): string {
  return text.replace(/[^\w.:;=@+~ -]/g, (character) => `&#${character.codePointAt(0)};`);
}
