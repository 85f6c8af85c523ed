import {once} from 'node:events';
import {connect, type Socket} from 'node:net';

/** What a running baresip tells on its own, such as a call that comes in. */
export interface BaresipEvent {
  /** CALL_INCOMING, CALL_RINGING, CALL_ESTABLISHED, CALL_CLOSED, CALL_DTMF_START, REGISTER_OK, … */
  readonly type: string;
  /** The other side's URI, in events of calls. */
  readonly peeruri?: string;
  /** Depends on the type: the DTMF digit, the reason why a call ended. */
  readonly param?: string;
}

interface Answer {
  readonly ok: boolean;
  readonly data?: string;
}

/** baresip's module ctrl_tcp: JSON objects as netstrings (`LENGTH:JSON,`). */
export class BaresipControl {
  readonly #socket: Socket;
  readonly #waiting = new Map<string, (answer: Answer) => void>();
  readonly #onEvent: (event: BaresipEvent) => void;
  #bytes: Buffer = Buffer.alloc(0);
  #commands = 0;

  private constructor(socket: Socket, onEvent: (event: BaresipEvent) => void) {
    this.#socket = socket;
    this.#onEvent = onEvent;
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', () => {}); // 'close' follows
    socket.on('close', () => {
      for (const answer of this.#waiting.values()) answer({ok: false, data: 'baresip closed the connection'});
      this.#waiting.clear();
    });
  }

  /** Connects to 127.0.0.1:`port`; undefined where nothing listens there yet. */
  static async connect(
    port: number,
    onEvent: (event: BaresipEvent) => void,
  ): Promise<BaresipControl | undefined> {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return new BaresipControl(socket, onEvent);
    } catch {
      return undefined;
    }
  }

  /** Runs a command, and returns what baresip prints for it. @throws where baresip refuses it. */
  async command(command: string, params = ''): Promise<string> {
    this.#commands += 1;
    const token = String(this.#commands);
    const answered = new Promise<Answer>((resolve) => this.#waiting.set(token, resolve));
    const json = JSON.stringify({command, params, token});
    this.#socket.write(`${Buffer.byteLength(json)}:${json},`);
    const answer = await answered;
    if (!answer.ok) throw new Error(`baresip refused "${command} ${params}": ${answer.data ?? ''}`);
    return answer.data ?? '';
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    for (;;) {
      const colon = this.#bytes.indexOf(':');
      if (colon < 0) return;
      const length = Number(this.#bytes.toString('latin1', 0, colon));
      const end = colon + 1 + length;
      if (this.#bytes.length < end + 1) return;
      const message = JSON.parse(this.#bytes.toString('utf8', colon + 1, end)) as
        | ({event: true} & BaresipEvent)
        | ({event?: undefined; token?: string} & Answer);
      this.#bytes = this.#bytes.subarray(end + 1);
      if (message.event === true) {
        this.#onEvent(message);
      } else if (message.token !== undefined) {
        this.#waiting.get(message.token)?.(message);
        this.#waiting.delete(message.token);
      }
    }
  }
}
