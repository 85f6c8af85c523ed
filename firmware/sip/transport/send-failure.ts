/** The words for what goes wrong below SIP, whatever the protocol. */
export function explainSocketError(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ECONNREFUSED':
      return 'connection refused: nothing listens there';
    case 'ECONNRESET':
    case 'EPIPE':
      return 'the other side broke the connection';
    case 'ETIMEDOUT':
      return 'the other side does not answer';
    case 'ENETUNREACH':
    case 'EHOSTUNREACH':
    case 'ENETDOWN':
      return 'no route there; is this machine connected to that network?';
    // Linux says so of a socket on a loopback address that is to reach another machine.
    case 'EINVAL':
      return 'no way there from the address in sip.listen; does it listen on loopback only?';
    case 'EADDRNOTAVAIL':
      return 'the address in sip.listen is not one of this machine; has it changed?';
    // And so of packets that netfilter refuses to let out.
    case 'EPERM':
      return 'the firewall of this machine does not let it out';
    case 'EMSGSIZE':
      return 'the message is too long for a datagram';
    default:
      return error.message;
  }
}
