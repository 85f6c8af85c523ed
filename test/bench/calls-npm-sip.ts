/** A user agent on npm `sip` that answers every call at once, with the same responses. Prints `port N`. */
import {createRequire} from 'node:module';

interface Request {
  method: string;
  headers: {to: {params: Record<string, string>}};
}

interface Response {
  headers: Record<string, unknown>;
  content?: string;
}

interface NpmSipAgent {
  start(options: object, onRequest: (request: Request) => void): void;
  send(response: Response): void;
  makeResponse(request: Request, status: number, reason: string): Response;
}

const agent = createRequire(import.meta.url)('sip') as NpmSipAgent;
const port = Number(process.argv[2]);
const contact = [{uri: `sip:doorline@127.0.0.1:${port}`}];
const answer = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=-',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'm=audio 40000 RTP/AVP 0',
  'a=rtpmap:0 PCMU/8000',
  '',
].join('\r\n');
let tags = 0;

agent.start({port, address: '127.0.0.1', tcp: false, tls: false}, (request) => {
  if (request.method === 'ACK') return;
  request.headers.to.params['tag'] ??= String(++tags);
  if (request.method === 'INVITE') {
    const ringing = agent.makeResponse(request, 180, 'Ringing');
    ringing.headers['contact'] = contact;
    agent.send(ringing);
  }
  const response = agent.makeResponse(request, 200, 'OK');
  if (request.method === 'INVITE') {
    response.headers['contact'] = contact;
    response.headers['content-type'] = 'application/sdp';
    response.content = answer;
  }
  agent.send(response);
});
process.stdout.write(`port ${port}\n`);
