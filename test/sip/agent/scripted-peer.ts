import {createRequest, createResponse} from '../../../firmware/sip/message/create.ts';
import type {SipMessage, SipRequest, SipResponse} from '../../../firmware/sip/message/message.ts';
import {parseMessage} from '../../../firmware/sip/message/parse.ts';
import {writeMessage} from '../../../firmware/sip/message/write.ts';
import type {FakeTransport} from '../../support/fake-network.ts';

/** SDP with PCMU and telephone-event at `address:port`, and further lines. */
export function sdp(address: string, port: number, ...lines: string[]): Uint8Array {
  const family = address.includes(':') ? 'IP6' : 'IP4';
  const text = [
    'v=0',
    `o=- 1 1 IN ${family} ${address}`,
    's=-',
    `c=IN ${family} ${address}`,
    't=0 0',
    `m=audio ${port} RTP/AVP 0 101`,
    'a=rtpmap:101 telephone-event/8000',
    ...lines,
    '',
  ].join('\r\n');
  return new TextEncoder().encode(text);
}

interface Content {
  readonly tag?: string;
  readonly headers?: Record<string, string>;
  readonly body?: Uint8Array;
  /** Default for a body: application/sdp. */
  readonly type?: string;
}

/** A peer at an address that sends what a test says, right or wrong, and writes down what it gets. */
export class ScriptedPeer {
  readonly arrived: SipMessage[] = [];
  readonly address: string;
  #transport: FakeTransport;
  #settle: () => Promise<void>;
  #branches = 0;

  constructor(transport: FakeTransport, settle: () => Promise<void>) {
    this.#transport = transport;
    this.#settle = settle;
    this.address = transport.address.address;
    transport.onMessage = (bytes) => {
      const parsed = parseMessage(bytes);
      if (!parsed.ok) throw new Error(`${parsed.error.place}: ${parsed.error.text}`);
      this.arrived.push(parsed.value);
    };
  }

  /** Methods and statuses of what has arrived. */
  get kinds(): (string | number)[] {
    return this.arrived.map((message) => (message.kind === 'request' ? message.method : message.status));
  }

  /** The last request with this method. */
  request(method: string): SipRequest {
    const found = this.arrived.findLast(
      (message): message is SipRequest => message.kind === 'request' && message.method === method,
    );
    if (!found) throw new Error(`no ${method} among ${this.kinds}`);
    return found;
  }

  /** The last response; with `status` the last of that status. */
  response(status?: number): SipResponse {
    const found = this.arrived.findLast(
      (message): message is SipResponse =>
        message.kind === 'response' && (status === undefined || message.status === status),
    );
    if (!found) throw new Error(`no ${status} among ${this.kinds}`);
    return found;
  }

  async send(message: SipMessage, to = '192.0.2.1'): Promise<void> {
    this.#transport.send(writeMessage(message), {transport: 'UDP', address: to, port: 5060});
    await this.#settle();
  }

  /** Answers a request that arrived. */
  async respond(request: SipRequest, status: number, content: Content = {}): Promise<void> {
    const response = createResponse(
      request,
      status,
      undefined,
      status === 100 ? undefined : (content.tag ?? 'peer'),
    );
    if (request.method === 'INVITE' && status > 100 && status < 300) {
      response.headers.set('Contact', `<sip:peer@${this.address}>`);
    }
    await this.send(fill(response, content));
  }

  /**
   * Sends a request of its own. `dialog` is a message of the dialog it belongs to: an INVITE or a response that
   * arrived here; without one it starts something new.
   */
  async ask(
    method: string,
    cseq: number,
    content: Content & {dialog?: SipMessage; uri?: string; callId?: string; branch?: string} = {},
  ): Promise<SipRequest> {
    const {dialog, uri = 'sip:door@192.0.2.1', callId = 'call-of-peer'} = content;
    const fresh = {from: `<sip:peer@${this.address}>;tag=${content.tag ?? 'peer'}`, to: `<${uri}>`};
    const request = createRequest({
      method,
      requestUri: uri,
      via: `SIP/2.0/UDP ${this.address};branch=${content.branch ?? `z9hG4bKpeer${this.#branches++}`};rport`,
      callId: dialog?.callId ?? callId,
      cseq,
      contact: `<sip:peer@${this.address}>`,
      ...(dialog ? ends(dialog, content.tag ?? 'peer') : fresh),
    });
    await this.send(fill(request, content));
    return request;
  }
}

/** From and To of a request of the peer in the dialog of `message`, which arrived at the peer. */
function ends(message: SipMessage, tag: string): {from: string; to: string} {
  const from = message.headers.get('From')!;
  const to = message.headers.get('To')!;
  if (message.kind === 'response') return {from, to};
  return {from: message.to.tag === undefined ? `${to};tag=${tag}` : to, to: from};
}

function fill<Message extends SipMessage>(message: Message, {headers = {}, body, type}: Content): Message {
  for (const [name, value] of Object.entries(headers)) message.headers.set(name, value);
  if (body) {
    message.headers.set('Content-Type', type ?? 'application/sdp');
    message.body = body;
  }
  return message;
}
