import {join} from 'node:path';

/** Where things are on the data partition of a board's image. */
export interface DeviceFolders {
  /** The configuration. */
  readonly station: string;
  /** What the station keeps by itself. */
  readonly data: string;
  /** For root only: the Wi-Fi. */
  readonly network: string;
  /** For root only: whose SSH keys are let in. */
  readonly ssh: string;
}

/** On a data partition that is mounted at `root`. */
export function deviceFolders(root: string): DeviceFolders {
  const station = join(root, 'doorline');
  return {station, data: join(station, 'data'), network: join(root, 'network'), ssh: join(root, 'ssh')};
}
