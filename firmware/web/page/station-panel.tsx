import {useState} from 'preact/hooks';
import type {StationStatus} from '../../station/status.ts';
import {Field} from './gate.tsx';
import type {Model} from './model.ts';
import {ask, RequestError} from './requests.ts';
import {shortUri} from './words.ts';

/** What is done with the station as a whole. */
export function StationPanel({
  model,
  status,
  onTargets,
}: {
  model: Model;
  status: StationStatus;
  /** Whom the button of this name calls is to be changed. */
  onTargets: (button: string) => void;
}) {
  return (
    <section class="card access" aria-labelledby="station-title">
      <h2 id="station-title">This station</h2>
      {status.buttons.map(({name, call}) => (
        <p key={name} data-testid={`targets-of-${name}`}>
          <strong>{name}</strong> calls {call.length === 0 ? 'nobody yet' : call.map(shortUri).join(', ')}.{' '}
          <button type="button" class="act" onClick={() => onTargets(name)}>
            Change
          </button>
        </p>
      ))}
      <p>Where is it? Its light goes round, it chirps, and says its address aloud.</p>
      <button type="button" class="act" data-testid="locate" onClick={() => model.locate()}>
        Locate
      </button>
      <p>
        The configuration as a file. Passwords and codes are not in it, and are asked for when it is restored.
      </p>
      <a class="act" href="api/backup" download data-testid="backup">
        Save a backup
      </a>
      <Restore />
    </section>
  );
}

/** Puts a backup back: a file, and then the secrets that the station does not know. */
function Restore() {
  const [backup, setBackup] = useState('');
  const [secrets, setSecrets] = useState<Record<string, string>>({});
  const [said, setSaid] = useState('');
  const [trouble, setTrouble] = useState('');
  const missing = Object.keys(secrets);
  const restore = async (text: string, given: Record<string, string>) => {
    setSaid('');
    setTrouble('');
    try {
      const {restarts} = await ask<{restarts: boolean}>('POST', 'api/backup', {backup: text, secrets: given});
      setSecrets({});
      setSaid(
        `Restored. ${restarts ? 'The station starts anew now.' : 'It counts when the station is started anew.'}`,
      );
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      const names = (error.document as {missing?: string[]} | undefined)?.missing ?? [];
      if (names.length > 0) setSecrets(Object.fromEntries(names.map((name) => [name, given[name] ?? ''])));
      setTrouble(error.message);
    }
  };
  return (
    <form
      class="access-form"
      onSubmit={(event) => {
        event.preventDefault();
        void restore(backup, secrets);
      }}
    >
      <label for="restore">Restore a backup</label>
      <input
        id="restore"
        type="file"
        accept=".yaml,.yml"
        data-testid="restore-file"
        onChange={async ({currentTarget}) => {
          const file = currentTarget.files?.[0];
          currentTarget.value = '';
          if (!file) return;
          const text = await file.text();
          setBackup(text);
          setSecrets({});
          await restore(text, {});
        }}
      />
      {missing.map((name) => (
        <Field
          key={name}
          label={name}
          name={`secret-${name}`}
          type="password"
          value={secrets[name] ?? ''}
          onValue={(value) => setSecrets({...secrets, [name]: value})}
        />
      ))}
      {missing.length > 0 && (
        <button type="submit" class="act" data-testid="restore-again">
          Restore
        </button>
      )}
      <p role="status" class={said ? '' : 'quiet'} data-testid="restored">
        {said}
      </p>
      <p role="alert" class={trouble ? 'gate-trouble' : 'quiet'} data-testid="restore-trouble">
        {trouble}
      </p>
    </form>
  );
}
