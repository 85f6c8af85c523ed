import type {ComponentChildren} from 'preact';
import {useState} from 'preact/hooks';
import {Icon} from './icons.tsx';
import {RequestError} from './requests.ts';

/** A card alone on the page, with one form: what must be answered before anything else. */
export function Gate({
  title,
  children,
  action,
  onSubmit,
}: {
  title: string;
  children: ComponentChildren;
  /** What its button says. */
  action: string;
  /** Rejects with a `RequestError`, or throws one, where it does not go through. */
  onSubmit: () => Promise<void>;
}) {
  const [trouble, setTrouble] = useState('');
  const [busy, setBusy] = useState(false);
  const submit = async () => {
    setBusy(true);
    setTrouble('');
    try {
      await onSubmit();
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      setTrouble(error.message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <main class="gate">
      <form
        class="card gate-card"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <span class="brand">
          <Icon name="ring" />
          Doorline
        </span>
        <h1>{title}</h1>
        {children}
        <p role="alert" class={trouble ? 'gate-trouble' : 'quiet'} data-testid="gate-trouble">
          {trouble}
        </p>
        <button type="submit" class="act is-good" data-testid="gate-submit" disabled={busy}>
          {action}
        </button>
      </form>
    </main>
  );
}

/** One line to be filled in, with its label above. */
export function Field({
  label,
  name,
  value,
  onValue,
  type = 'text',
  autocomplete = 'off',
  placeholder,
}: {
  label: string;
  name: string;
  value: string;
  onValue: (value: string) => void;
  type?: 'text' | 'password';
  autocomplete?: string;
  placeholder?: string;
}) {
  const shared = {
    id: name,
    name,
    value,
    placeholder,
    autocomplete,
    'data-testid': name,
    autocapitalize: 'off',
    spellcheck: false,
    maxLength: 1024,
    onInput: (event: {currentTarget: HTMLInputElement}) => onValue(event.currentTarget.value),
  } as const;
  return (
    <div class="field">
      <label for={name}>{label}</label>
      {type === 'password' ? <input type="password" {...shared} /> : <input type="text" {...shared} />}
    </div>
  );
}
