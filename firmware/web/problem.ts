import type {ServerResponse} from 'node:http';
import {STATUS_CODES} from 'node:http';

/** Why a request was not served: RFC 9457, without the `type` that would need a page of its own. */
export interface Problem {
  /** HTTP status, 400 to 599. */
  readonly status: number;
  /** What is wrong with this very request, and what is allowed; plain words that end with a full stop. */
  readonly detail: string;
  /** Further members of the document (RFC 9457 section 3.2). */
  readonly members?: Readonly<Record<string, unknown>>;
  /** Further header fields of the answer, such as Allow. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The problem as a document of media type application/problem+json (RFC 9457 section 3). */
export function problemDocument({status, detail, members}: Problem): string {
  return JSON.stringify({
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail,
    ...members,
  });
}

/** Answers with a problem document. Does nothing when an answer has begun before. */
export function sendProblem(response: ServerResponse, problem: Problem): void {
  if (response.headersSent) return;
  const body = problemDocument(problem);
  response.writeHead(problem.status, {
    ...problem.headers,
    'Content-Type': 'application/problem+json',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
  });
  response.end(body);
}
