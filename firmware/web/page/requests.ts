/** What went wrong with a request, in the station's own words. */
export class RequestError extends Error {
  override name = 'RequestError';
}

/**
 * One request to the station; `body` goes out as JSON. Paths are relative, so that the page also works under a
 * prefix. Rejects with a `RequestError`.
 */
export async function ask<Answer>(
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<Answer> {
  const content =
    body === undefined ? {} : {headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body)};
  return answerTo<Answer>(path, {method, ...content});
}

/** Sends a file as it is. Rejects with a `RequestError`. */
export function upload<Answer>(path: string, file: File): Promise<Answer> {
  return answerTo<Answer>(path, {
    method: 'POST',
    headers: {'Content-Type': 'application/octet-stream'},
    body: file,
  });
}

async function answerTo<Answer>(path: string, request: RequestInit): Promise<Answer> {
  let answer: Response;
  try {
    answer = await fetch(path, {cache: 'no-store', ...request});
  } catch {
    throw new RequestError('The station does not answer.');
  }
  const value: unknown = await answer.json().catch(() => undefined);
  if (answer.ok) return value as Answer;
  const detail = (value as {detail?: unknown} | undefined)?.detail;
  throw new RequestError(typeof detail === 'string' ? detail : `The station answered ${answer.status}.`);
}
