import {useEffect, useState} from 'preact/hooks';
import type {UpdateStatus} from '../../update/update-status.ts';
import {Field} from './gate.tsx';
import {ask, RequestError, upload} from './requests.ts';

/** How often it is asked how far an update is; ms. */
const ASK = 2_000;

/** Updates by file or URL, on boards that have slots for them; nothing elsewhere. */
export function UpdatePanel() {
  const [status, setStatus] = useState<UpdateStatus | undefined>(undefined);
  const [url, setUrl] = useState('');
  const [trouble, setTrouble] = useState('');
  /** Per cent of a file that have gone out; undefined while none is on its way. */
  const [sent, setSent] = useState<number | undefined>(undefined);
  const underWay = status !== undefined && !['idle', 'refused', 'unavailable'].includes(status.state);
  const busy = underWay || sent !== undefined;
  useEffect(() => {
    const look = () => {
      ask<UpdateStatus>('GET', 'api/update').then(setStatus, () => undefined);
    };
    look();
    const timer = setInterval(look, underWay ? ASK : 10 * ASK);
    return () => clearInterval(timer);
  }, [underWay]);
  if (!status || status.state === 'unavailable') return null;
  const begin = async (request: () => Promise<UpdateStatus>) => {
    setTrouble('');
    try {
      setStatus(await request());
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      setTrouble(error.message);
    } finally {
      setSent(undefined);
    }
  };
  const percent = sent ?? (status.state === 'installing' ? (status.percent ?? 0) : undefined);
  return (
    <section class="card access" aria-labelledby="update-title">
      <h2 id="update-title">Update</h2>
      <p role="status" data-testid="update-status">
        {sent === undefined ? words(status) : `Sending the file, ${sent} %`}
      </p>
      {percent !== undefined && (
        <progress
          value={percent}
          max={100}
          aria-label="How far the update is"
          data-testid="update-progress"
        />
      )}
      <form
        class="access-form"
        onSubmit={(event) => {
          event.preventDefault();
          void begin(() => ask<UpdateStatus>('POST', 'api/update', {url}));
        }}
      >
        <label for="bundle">A signed bundle</label>
        <input
          id="bundle"
          type="file"
          accept=".raucb"
          data-testid="update-file"
          disabled={busy}
          onChange={({currentTarget}) => {
            const file = currentTarget.files?.[0];
            if (file) {
              setSent(0);
              void begin(() => upload<UpdateStatus>('api/update', file, setSent));
            }
            currentTarget.value = '';
          }}
        />
        <Field label="or its URL" name="update-url" value={url} onValue={setUrl} placeholder="https://…" />
        <button type="submit" class="act" data-testid="update-begin" disabled={busy || !url.trim()}>
          Install
        </button>
      </form>
      <p role="alert" class={trouble ? 'gate-trouble' : 'quiet'} data-testid="update-trouble">
        {trouble}
      </p>
    </section>
  );
}

function words({state, percent, reason}: UpdateStatus): string {
  switch (state) {
    case 'unavailable':
    case 'idle':
      return 'No update is under way.';
    case 'waiting':
      return 'It waits for the end of the call.';
    case 'installing':
      return `Installing, ${percent ?? 0} %`;
    case 'installed':
      return `Installed. ${reason ?? 'The board starts anew when nobody talks.'}`;
    case 'trial':
      return reason === null
        ? 'Installed and started: it is being found out whether it works.'
        : `${reason} The board goes back to what ran before.`;
    case 'refused':
      return `${reason ?? ''} What runs is what ran before.`;
  }
}
