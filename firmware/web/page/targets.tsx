import {useState} from 'preact/hooks';
import {Field, Gate} from './gate.tsx';
import type {Model} from './model.ts';
import {useTopic} from './topic.ts';

/** Asks whom a button shall call; without an answer it stays as it is. */
export function Targets({
  model,
  button,
  onDone,
}: {
  model: Model;
  /** Undefined: the station has none. */
  button: string | undefined;
  onDone: () => void;
}) {
  const call = useTopic(model.status)?.buttons.find(({name}) => name === button)?.call ?? [];
  const [text, setText] = useState<string | undefined>(undefined);
  const value = text ?? call.join(', ');
  const submit = async () => {
    const targets = value.split(/[\s,]+/).filter((one) => one !== '');
    if (button !== undefined && targets.length > 0) await model.setTargets(button, targets);
    onDone();
  };
  return (
    <Gate
      title={`Whom shall ${button ?? 'the button'} call?`}
      action={value.trim() ? 'Done' : 'Later'}
      onSubmit={submit}
    >
      <p>
        An address such as <code>192.168.1.20</code>, <code>sip:101@pbx</code> or <code>101</code>; several
        with a comma between them ring together. No server is needed to call a phone by its address.
      </p>
      <Field label="Call" name="targets" value={value} onValue={setText} placeholder="192.168.1.20" />
    </Gate>
  );
}
