import {useEffect, useState} from 'preact/hooks';
import type {StationStatus} from '../../station/status.ts';
import {AccessPanel} from './access-panel.tsx';
import {AudioPanel} from './audio-panel.tsx';
import {CallLog} from './call-log.tsx';
import {CallPanel} from './call-panel.tsx';
import {Icon} from './icons.tsx';
import {Journal} from './journal.tsx';
import {LadderView} from './ladder.tsx';
import type {Model} from './model.ts';
import {Scene} from './scene.tsx';
import {SignIn} from './sign-in.tsx';
import {StationPanel} from './station-panel.tsx';
import {Targets} from './targets.tsx';
import {useTopic} from './topic.ts';
import {UpdatePanel} from './update-panel.tsx';
import {Welcome} from './welcome.tsx';
import {longDuration, stateWords} from './words.ts';

/** The whole page of one station. */
export function App({model}: {model: Model}) {
  const status = useTopic(model.status);
  const connected = useTopic(model.connected);
  const standing = useTopic(model.standing);
  const [welcoming, setWelcoming] = useState(false);
  /** The button of which it is asked whom it shall call. */
  const [asked, setAsked] = useState<string | undefined>(undefined);
  const state = status ? stateWords[status.state] : '';

  useEffect(() => {
    if (status) document.title = `${status.name}: ${state}`;
  }, [status?.name, state]);

  const needsPassword = standing && !standing.passwordSet && !standing.mayChange;
  if (needsPassword || welcoming) {
    return <Welcome model={model} onBegun={() => setWelcoming(true)} onDone={() => setWelcoming(false)} />;
  }
  if (standing?.passwordSet && !standing.signedIn) return <SignIn model={model} />;
  if (asked !== undefined) {
    return <Targets model={model} button={asked} onDone={() => setAsked(undefined)} />;
  }
  if (!status) {
    return (
      <p class="waiting" role="status">
        {connected === false ? 'The station does not answer. Trying again …' : 'Connecting to the station …'}
      </p>
    );
  }
  return (
    <div class={`page ${connected === false ? 'is-lost' : ''}`}>
      <header class="top">
        <span class="brand">
          <Icon name="ring" />
          Doorline
        </span>
        <h1>{status.name}</h1>
        <p class="top-facts">
          <span>{status.board} board</span>
          <span>version {status.version}</span>
          <span>up {longDuration(status.uptime)}</span>
          <Machine system={status.system} />
        </p>
      </header>
      <Notices model={model} connected={connected !== false} />
      <main class="rooms">
        <Scene model={model} status={status} />
        <CallPanel model={model} status={status} />
        <LadderView model={model} own={status.name} />
        <Journal model={model} />
        <CallLog model={model} />
        {standing?.mayChange && <AudioPanel model={model} status={status} />}
        {standing?.mayChange && <StationPanel model={model} status={status} onTargets={setAsked} />}
        {standing?.mayChange && <UpdatePanel />}
        {standing && <AccessPanel model={model} standing={standing} />}
      </main>
    </div>
  );
}

/** How the computer itself is, as far as it tells. */
function Machine({system}: {system: StationStatus['system']}) {
  const {temperature = null, throttled, undervoltage} = system ?? {};
  return (
    <>
      {temperature !== null && <span data-testid="temperature">{temperature.toFixed(0)} °C</span>}
      {throttled && <span class="pill is-warn">slowed down</span>}
      {undervoltage && <span class="pill is-warn">supply voltage too low</span>}
    </>
  );
}

function Notices({model, connected}: {model: Model; connected: boolean}) {
  const notice = useTopic(model.notice);
  return (
    <div class="notices">
      <p role="alert" class={connected ? 'quiet' : 'notice notice-lost'} data-testid="connection-lost">
        {connected ? '' : 'The connection to the station is lost. What you see may be old. Trying again …'}
      </p>
      <p role="alert" class={notice ? 'notice' : 'quiet'} data-testid="notice">
        {notice}
      </p>
    </div>
  );
}
