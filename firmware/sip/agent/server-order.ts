import type {NaptrRecord, SrvRecord} from '../../dns/record.ts';
import type {TransportName} from '../transport/transport.ts';

/** Weight of a record of weight 0 beside others: "a very small chance" (RFC 2782). */
const smallWeight = 0.1;

/** NAPTR services of SIP and what they run over (RFC 3263 section 4.1). */
const services: ReadonlyMap<string, TransportName> = new Map([
  ['SIP+D2U', 'UDP'],
  ['SIP+D2T', 'TCP'],
  ['SIPS+D2T', 'TLS'],
]);

/**
 * The order in which the servers of a service are tried (RFC 2782): lower priorities first, and among equals each with
 * a probability that is its share of the weights. `chance` gives each record a random number between 0 and 1, both
 * excluded; the smaller -ln(chance)/weight the earlier, which draws them exactly as one by one without putting back
 * (Efraimidis and Spirakis, 2006). With the same chances the order is the same, whatever order the records came in.
 */
export function orderServers(
  records: readonly SrvRecord[],
  chance: (record: SrvRecord) => number,
): SrvRecord[] {
  return records
    .map((record) => ({record, lot: -Math.log(chance(record)) / (record.weight || smallWeight)}))
    .sort((one, other) => one.record.priority - other.record.priority || one.lot - other.lot)
    .map(({record}) => record);
}

/** A service of a domain: its name for the SRV look-up and what it runs over. */
export interface ServiceName {
  readonly transport: TransportName;
  readonly name: string;
}

/**
 * The services that NAPTR records name, the preferred one first: of those that can be used, the ones of the lowest
 * order, by their preference (RFC 3403 section 4.1). `usable` are the transports that there are.
 */
export function chooseServices(
  records: readonly NaptrRecord[],
  usable: readonly TransportName[],
): ServiceName[] {
  const offers = records.flatMap(({order, preference, flags, service, regexp, replacement}) => {
    const transport = services.get(service.toUpperCase());
    const simple = flags.toLowerCase() === 's' && regexp === '' && replacement !== '';
    if (!transport || !simple || !usable.includes(transport)) return [];
    return [{order, preference, transport, name: replacement}];
  });
  const lowest = Math.min(...offers.map(({order}) => order));
  return offers
    .filter(({order}) => order === lowest)
    .sort((one, other) => one.preference - other.preference)
    .map(({transport, name}) => ({transport, name}));
}

/** The name under which a domain lists its servers for one transport (RFC 3263 section 4.1). */
export function serviceName(transport: TransportName, domain: string): ServiceName {
  const prefix = {UDP: '_sip._udp', TCP: '_sip._tcp', TLS: '_sips._tcp'}[transport];
  return {transport, name: `${prefix}.${domain}`};
}
