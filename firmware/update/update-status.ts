/** What `GET /api/update` answers. */
export interface UpdateStatus {
  /**
   * `idle`: nothing to do. `waiting`: for the end of a call. `installing`: `percent` is done, where that is known. `installed`: the station starts anew as
   * soon as nobody talks. `trial`: it has, and finds out whether the update works; where it does not, `reason` tells what, and the
   * machine goes back. `refused`: `reason` tells why, also of an update that was gone back from; what runs is what ran before.
   * `unavailable`: the machine has no slots.
   */
  readonly state: 'idle' | 'waiting' | 'installing' | 'installed' | 'trial' | 'refused' | 'unavailable';
  readonly percent: number | null;
  readonly reason: string | null;
}
