/** A station that does nothing by itself. */
export const quietStation = stationThat('');

/** A station's configuration with some lines of its own. */
export function stationThat(lines: string): string {
  return `name: Front door
board: simulated
data: /data/doorline/data
sip: {listen: [udp:0.0.0.0:5060]}
audio: {microphone: silence, speaker: discard}
http: {listen: 127.0.0.1:8080}
${lines}`;
}
