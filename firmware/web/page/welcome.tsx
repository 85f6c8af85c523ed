import {useState} from 'preact/hooks';
import {Field, Gate} from './gate.tsx';
import type {Model} from './model.ts';
import {RequestError} from './requests.ts';
import {Targets} from './targets.tsx';
import {useTopic} from './topic.ts';

/** The two questions of a new station: the admin password, and whom the button shall call. */
export function Welcome({
  model,
  onBegun,
  onDone,
}: {
  model: Model;
  /** The first is answered now: the second is asked although a password is set then. */
  onBegun: () => void;
  onDone: () => void;
}) {
  const standing = useTopic(model.standing);
  const button = useTopic(model.status)?.buttons[0]?.name;
  if (standing?.signedIn) return <Targets model={model} button={button} onDone={onDone} />;
  if (standing?.setupRefused) {
    return (
      <main class="gate">
        <div class="card gate-card" data-testid="setup-refused">
          <h1>This station has no password yet</h1>
          <p>{standing.setupRefused}</p>
        </div>
      </main>
    );
  }
  return <FirstPassword model={model} onBegun={onBegun} />;
}

function FirstPassword({model, onBegun}: {model: Model; onBegun: () => void}) {
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const submit = async () => {
    if (password !== again) throw new RequestError('The two are not the same.');
    onBegun();
    await model.setPassword(password);
  };
  return (
    <Gate title="Choose an admin password" action="Set password" onSubmit={submit}>
      <p>From now on this page, and whatever opens the door from it, is for those who know the password.</p>
      <Field
        label="Password, at least 8 characters"
        name="password"
        type="password"
        autocomplete="new-password"
        value={password}
        onValue={setPassword}
      />
      <Field
        label="Once more"
        name="password-again"
        type="password"
        autocomplete="new-password"
        value={again}
        onValue={setAgain}
      />
    </Gate>
  );
}
