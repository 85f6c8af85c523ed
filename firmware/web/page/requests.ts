/** What went wrong with a request, in the station's own words. */
export class RequestError extends Error {
  override name = 'RequestError';
  /** The document that was answered, if any. */
  readonly document: unknown;

  constructor(message: string, document?: unknown) {
    super(message);
    this.document = document;
  }
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

/** Sends a file as it is; `onProgress` is told the percentage that has gone out. Rejects with a `RequestError`. */
export function upload<Answer>(
  path: string,
  file: File,
  onProgress: (percent: number) => void,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // Of a fetch nobody tells how far it is.
    const request = new XMLHttpRequest();
    request.open('POST', path);
    request.responseType = 'json';
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.upload.onprogress = ({loaded, total}) => onProgress(Math.floor((100 * loaded) / total));
    request.onerror = () => reject(new RequestError(silent));
    request.onload = () => {
      const {status, response} = request;
      if (status === 200) resolve(response as Answer);
      else reject(new RequestError(reasonOf(status, response)));
    };
    request.send(file);
  });
}

async function answerTo<Answer>(path: string, request: RequestInit): Promise<Answer> {
  let answer: Response;
  try {
    answer = await fetch(path, {cache: 'no-store', ...request});
  } catch {
    throw new RequestError(silent);
  }
  const value: unknown = await answer.json().catch(() => undefined);
  if (answer.ok) return value as Answer;
  throw new RequestError(reasonOf(answer.status, value), value);
}

const silent = 'The station does not answer.';

/** Why it was refused, as the problem document says it. */
function reasonOf(status: number, body: unknown): string {
  const detail = (body as {detail?: unknown} | null | undefined)?.detail;
  return typeof detail === 'string' ? detail : `The station answered ${status}.`;
}
