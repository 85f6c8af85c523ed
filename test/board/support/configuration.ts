/** A station that does nothing by itself, with some lines of its own; `audio` are its microphone and loudspeaker. */
export function stationThat(lines: string, audio?: string): string {
  return station('127.0.0.1:8080', lines, {audio});
}

/** One whose API can be used from this side of the cable (`allowApi`). */
export const openStation = openStationThat('buttons: [{name: bell, input: button-1, call: []}]\n');

/** The same with other lines, on a board. */
export function openStationThat(lines: string, board?: string): string {
  return station('0.0.0.0:80', lines, {board});
}

function station(
  address: string,
  lines: string,
  {
    board = 'simulated',
    audio = '{microphone: silence, speaker: discard}',
  }: {board?: string | undefined; audio?: string | undefined},
): string {
  return `name: Front door
board: ${board}
data: /data/doorline/data
sip: {listen: [udp:0.0.0.0:5060]}
audio: ${audio}
http: {listen: ${address}}
${lines}`;
}
