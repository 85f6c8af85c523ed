import dns from 'node:dns';

/**
 * For `node --import`: a program started with this asks the name server of the test, at the address and port that
 * TEST_NAME_SERVER gives, and no other. The firmware itself has no such setting: it asks those of the machine.
 */
const server = process.env['TEST_NAME_SERVER'];
if (server === undefined) throw new Error('TEST_NAME_SERVER is missing: ADDRESS:PORT');
dns.setServers([server]);
dns.Resolver.prototype.getServers = () => [server];
