import {useState} from 'preact/hooks';
import {Field, Gate} from './gate.tsx';
import type {Model} from './model.ts';
import {RequestError} from './requests.ts';
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
  if (standing?.signedIn) return <FirstTargets model={model} onDone={onDone} />;
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

function FirstTargets({model, onDone}: {model: Model; onDone: () => void}) {
  const button = useTopic(model.status)?.buttons[0];
  const [text, setText] = useState<string | undefined>(undefined);
  const value = text ?? button?.call.join(', ') ?? '';
  const submit = async () => {
    const call = value.split(/[\s,]+/).filter((one) => one !== '');
    if (button && call.length > 0) await model.setTargets(button.name, call);
    onDone();
  };
  return (
    <Gate title="Whom shall the button call?" action={value.trim() ? 'Done' : 'Later'} onSubmit={submit}>
      <p>
        An address such as <code>192.168.1.20</code>, <code>sip:101@pbx</code> or <code>101</code>; several
        with a comma between them ring together. No server is needed to call a phone by its address.
      </p>
      <Field label="Call" name="first-targets" value={value} onValue={setText} placeholder="192.168.1.20" />
    </Gate>
  );
}
