import type {IncomingMessage, ServerResponse} from 'node:http';
import findMyWay from 'find-my-way';
import {type Problem, sendProblem} from './problem.ts';

type Method = 'GET' | 'POST' | 'DELETE';
const methods: readonly Method[] = ['GET', 'POST', 'DELETE'];

/** One request with the means to answer it. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The named parts of the path, decoded. */
  readonly parameters: Readonly<Record<string, string | undefined>>;
  readonly query: URLSearchParams;
  /** Whether the asker may still have what he asked for: a session ends, a token is revoked. */
  may(): boolean;
  /** Answers 200 with `value` as JSON. */
  json(value: unknown): void;
  /** Answers with a problem document. */
  fail(problem: Problem): void;
}

type Handler = (exchange: Exchange) => void | Promise<void>;

/** The paths that are served, each with its methods. HEAD is served wherever GET is. */
export class Api {
  readonly #routes = findMyWay({ignoreTrailingSlash: false, maxParamLength: 200});

  /** Adds a path; a part that starts with a colon matches anything and becomes a parameter. */
  on(method: Method, path: string, handler: Handler): void {
    this.#routes.on(method, path, () => undefined, handler);
  }

  /** Serves one request: 404 for an unknown path, 405 with Allow for a known path without this method. */
  async serve(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    query: string,
    may: () => boolean,
  ): Promise<void> {
    const fail = (problem: Problem) => sendProblem(response, problem);
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    const found = methods.includes(method as Method) ? this.#find(method as Method, path) : undefined;
    if (!found) {
      const allowed = methods.filter((other) => this.#find(other, path));
      if (allowed.length === 0) return fail({status: 404, detail: 'There is nothing under this path.'});
      const names = allowed.flatMap((name) => (name === 'GET' ? ['GET', 'HEAD'] : [name])).join(', ');
      return fail({status: 405, detail: `This path serves ${names} only.`, headers: {Allow: names}});
    }
    const {handler, parameters} = found;
    await handler({
      request,
      response,
      parameters,
      query: new URLSearchParams(query),
      may,
      json: (value) => sendJson(response, value),
      fail,
    });
  }

  #find(method: Method, path: string) {
    const found = this.#routes.find(method, path);
    return found ? {handler: found.store as Handler, parameters: found.params} : undefined;
  }
}

function sendJson(response: ServerResponse, value: unknown): void {
  const body = JSON.stringify(value);
  response.writeHead(200, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
  });
  response.end(body);
}
