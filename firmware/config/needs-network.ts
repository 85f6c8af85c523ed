import type {Config} from './schema.ts';

/** A host, in a URI or alone, that is this machine. */
const loopbackHost = /(?:^|[@:[])(?:127(?:\.\d{1,3}){3}|localhost|::1)(?=$|[\]:;?>])/i;
/** A name or number that is called through an account, or at `sip.domain`. */
const bareName = /^[^@.:]+$/;

/** Whether a station can do its work only where there is a network besides loopback. */
export function needsNetwork({sip, buttons}: Config): boolean {
  const open = sip.listen.some(({address}) => !loopbackHost.test(address));
  const others = [
    ...buttons.flatMap(({call}) => call.filter((target) => !bareName.test(target))),
    ...sip.accounts.flatMap(({registrars}) => registrars),
    ...(sip.stun ? [sip.stun.host] : []),
  ];
  const near = others.length > 0 && others.every((other) => loopbackHost.test(other));
  return open && !near;
}
