import type {Access, AccessFailure} from '../access/access.ts';
import {SESSION_SECONDS} from '../access/sessions.ts';
import type {Result} from '../base/result.ts';
import type {Authorization} from './authorization.ts';
import {readFields} from './json-body.ts';
import type {Problem} from './problem.ts';
import type {Api, Exchange} from './router.ts';

/**
 * Signing in and out, the password, and tokens. The paths of sessions, and that of the first password, are served to
 * everybody; the others are asked for with what `Authorization` demands, and these with a session even where a token would do
 * elsewhere: who holds one must not make more.
 */
export function addAccessApi(api: Api, access: Access, authorization: Authorization): void {
  api.on('GET', '/api/session', ({request, json}) => json(authorization.standing(request)));

  api.on('POST', '/api/session', async (exchange) => {
    const fields = await readFields(exchange, {password: 'text'});
    if (fields) begin(exchange, await access.signIn(fields.password, addressOf(exchange)));
  });

  api.on('DELETE', '/api/session', ({request, response, json}) => {
    const session = authorization.sessionOf(request);
    if (session !== undefined) access.endSession(session);
    response.setHeader('Set-Cookie', cookie('', 0));
    json({...authorization.standing(request), signedIn: false});
  });

  api.on('POST', '/api/password', async (exchange) => {
    if (!access.hasPassword) {
      const refused = authorization.refuseSetup(exchange.request);
      if (refused !== undefined) return exchange.fail({status: 403, detail: refused});
      const fields = await readFields(exchange, {password: 'text'});
      if (fields) begin(exchange, await access.setFirstPassword(fields.password));
      return;
    }
    const fields = await readFields(exchange, {current: 'text', password: 'text'});
    if (!fields) return;
    begin(exchange, await access.changePassword(fields.current, fields.password, addressOf(exchange)));
  });

  api.on('GET', '/api/tokens', ({json}) => json(access.tokens));
  api.on('POST', '/api/tokens', async (exchange) => {
    if (!inPerson(exchange)) return;
    const fields = await readFields(exchange, {name: 'text'});
    if (fields) answer(exchange, access.makeToken(fields.name));
  });
  api.on('DELETE', '/api/tokens/:id', (exchange) => {
    if (!inPerson(exchange)) return;
    const revoked = access.revokeToken(exchange.parameters['id'] ?? '');
    if (revoked.ok) exchange.json(access.tokens);
    else exchange.fail(problemOf(revoked.error));
  });

  function begin(exchange: Exchange, outcome: Result<string, AccessFailure>): void {
    if (!outcome.ok) {
      exchange.fail(problemOf(outcome.error));
      return;
    }
    exchange.response.setHeader('Set-Cookie', cookie(outcome.value, SESSION_SECONDS));
    exchange.json({passwordSet: true, signedIn: true, mayChange: true, setupRefused: null});
  }

  function inPerson({request, fail}: Exchange): boolean {
    if (!access.hasPassword || authorization.isSignedIn(request)) return true;
    fail({status: 403, detail: 'Tokens are made and revoked by who has signed in with the password.'});
    return false;
  }

  function cookie(value: string, seconds: number): string {
    return `${authorization.cookieName}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict`;
  }
}

function answer({json, fail}: Exchange, outcome: Result<unknown, AccessFailure>): void {
  if (outcome.ok) json(outcome.value);
  else fail(problemOf(outcome.error));
}

const statusOf: Readonly<Record<AccessFailure['code'], number>> = {
  wrong: 401,
  wait: 429,
  busy: 503,
  bad: 400,
  none: 404,
  damaged: 503,
  disk: 500,
};

function problemOf({code, text, seconds}: AccessFailure): Problem {
  const problem = {status: statusOf[code], detail: text};
  return seconds === undefined ? problem : {...problem, headers: {'Retry-After': String(seconds)}};
}

function addressOf({request}: Exchange): string {
  return request.socket.remoteAddress ?? '';
}
