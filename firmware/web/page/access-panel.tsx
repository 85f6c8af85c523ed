import {useEffect, useState} from 'preact/hooks';
import type {Token} from '../../access/access-file.ts';
import type {Standing} from '../authorization.ts';
import {Field} from './gate.tsx';
import type {Model} from './model.ts';
import {ask, RequestError} from './requests.ts';

type ShownToken = Omit<Token, 'hash'>;

/** The password, and the tokens by which programs use the API. */
export function AccessPanel({model, standing}: {model: Model; standing: Standing}) {
  const [trouble, setTrouble] = useState('');
  const attempt = async (work: () => Promise<void>) => {
    setTrouble('');
    try {
      await work();
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      setTrouble(error.message);
    }
  };
  return (
    <section class="card access" aria-labelledby="access-title">
      <h2 id="access-title">Access</h2>
      {!standing.passwordSet && <p>Only programs of this computer reach this page; no password is set.</p>}
      <PasswordForm model={model} standing={standing} attempt={attempt} />
      {standing.signedIn && <Tokens attempt={attempt} />}
      {standing.signedIn && (
        <button
          type="button"
          class="act"
          data-testid="sign-out"
          onClick={() => attempt(() => model.signOut())}
        >
          Sign out
        </button>
      )}
      <p role="alert" class={trouble ? 'gate-trouble' : 'quiet'} data-testid="access-trouble">
        {trouble}
      </p>
    </section>
  );
}

type Attempt = (work: () => Promise<void>) => Promise<void>;

function PasswordForm({model, standing, attempt}: {model: Model; standing: Standing; attempt: Attempt}) {
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const submit = async () => {
    if (standing.passwordSet) await model.changePassword(current, password);
    else await model.setPassword(password);
    setCurrent('');
    setPassword('');
  };
  return (
    <details>
      <summary data-testid="password-form">
        {standing.passwordSet ? 'Change the password' : 'Set a password'}
      </summary>
      <form
        class="access-form"
        onSubmit={(event) => {
          event.preventDefault();
          void attempt(submit);
        }}
      >
        {standing.passwordSet && (
          <Field
            label="Current password"
            name="current-password"
            type="password"
            autocomplete="current-password"
            value={current}
            onValue={setCurrent}
          />
        )}
        <Field
          label="New password"
          name="new-password"
          type="password"
          autocomplete="new-password"
          value={password}
          onValue={setPassword}
        />
        <button type="submit" class="act" data-testid="set-password">
          Set
        </button>
      </form>
    </details>
  );
}

function Tokens({attempt}: {attempt: Attempt}) {
  const [tokens, setTokens] = useState<readonly ShownToken[]>([]);
  const [name, setName] = useState('');
  const [fresh, setFresh] = useState('');
  const fetchTokens = async () => setTokens(await ask<ShownToken[]>('GET', 'api/tokens'));
  useEffect(() => void attempt(fetchTokens), []);
  const make = async () => {
    setFresh((await ask<{token: string}>('POST', 'api/tokens', {name})).token);
    setName('');
    await fetchTokens();
  };
  const revoke = async (id: string) => setTokens(await ask<ShownToken[]>('DELETE', `api/tokens/${id}`));
  return (
    <div>
      <ul class="tokens" aria-label="Tokens">
        {tokens.map((token) => (
          <li key={token.id} data-testid="token">
            <strong>{token.name}</strong> <span>since {token.made.slice(0, 10)}</span>
            <button type="button" class="mode" onClick={() => attempt(() => revoke(token.id))}>
              Revoke
            </button>
          </li>
        ))}
      </ul>
      <form
        class="access-form"
        onSubmit={(event) => {
          event.preventDefault();
          void attempt(make);
        }}
      >
        <Field
          label="Token for a program"
          name="token-name"
          value={name}
          onValue={setName}
          placeholder="Home Assistant"
        />
        <button type="submit" class="act" data-testid="make-token" disabled={!name.trim()}>
          Make
        </button>
      </form>
      {fresh && (
        <p>
          Copy it now, it is not shown again: <code data-testid="fresh-token">{fresh}</code>
        </p>
      )}
    </div>
  );
}
