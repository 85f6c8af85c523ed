import type {BoardMachine} from './board-machine.ts';
import {ask} from './station-api.ts';

/** What the station says of an update. */
export interface UpdateStatus {
  readonly state: string;
  readonly reason: string | null;
}

/** Has the station install a bundle, and returns how that ended. */
export async function installUpdate(machine: BoardMachine, url: string): Promise<UpdateStatus> {
  await ask('POST', '/api/update', {body: {url}});
  return machine.waitUntil(`${url} is installed or refused`, async () => {
    const status = (await ask('GET', '/api/update')) as UpdateStatus;
    return status.state === 'installed' || status.state === 'refused' ? status : undefined;
  });
}

/** The variables that the slot is chosen by, as RAUC's tools read them. */
export async function slotVariables(machine: BoardMachine): Promise<Record<string, string>> {
  const {output} = await machine.inside('fw_printenv');
  return Object.fromEntries(output.split('\n').map((line) => line.split('=') as [string, string]));
}

/** The slot that runs. */
export async function slotOf(machine: BoardMachine): Promise<string | undefined> {
  const {output} = await machine.inside('cat /proc/cmdline');
  return /rauc\.slot=(\w)/.exec(output)?.[1];
}
