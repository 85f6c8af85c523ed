/** What of its address the server is asked to change for the response. */
export interface Change {
  readonly address: boolean;
  readonly port: boolean;
}

/** The value of CHANGE-REQUEST (RFC 5780 section 7.2): bit A is the address, bit B the port. */
export function changeRequestValue({address, port}: Change): Uint8Array {
  return Uint8Array.of(0, 0, 0, (address ? 4 : 0) | (port ? 2 : 0));
}
