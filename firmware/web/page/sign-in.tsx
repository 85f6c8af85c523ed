import {useState} from 'preact/hooks';
import {Field, Gate} from './gate.tsx';
import type {Model} from './model.ts';

/** Asks for the admin password. */
export function SignIn({model}: {model: Model}) {
  const [password, setPassword] = useState('');
  return (
    <Gate title="Sign in" action="Sign in" onSubmit={() => model.signIn(password)}>
      <Field
        label="Admin password"
        name="password"
        type="password"
        autocomplete="current-password"
        value={password}
        onValue={setPassword}
      />
    </Gate>
  );
}
