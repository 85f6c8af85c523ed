/**
 * Whether a datagram can be sent to a port. What came from the network may name port 0, and datagrams may come from it; sockets of
 * Node.js throw where they are given such a port.
 */
export function isSendablePort(port: number): boolean {
  return port > 0 && port <= 65_535;
}
