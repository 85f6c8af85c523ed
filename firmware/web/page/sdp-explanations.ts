/** What the lines of a session description (SDP, RFC 8866) are for, in plain words. */

/** One sentence for each line, by the letter before the equals sign. */
export const lines: Readonly<Record<string, string>> = {
  v: 'The version of the description: always 0.',
  o: 'Who made the description, with its number and its version: a higher version is a changed offer.',
  s: 'The name of the session. For phone calls it has no meaning.',
  i: 'A few words about the session.',
  u: 'A web page about the session.',
  e: 'An e-mail address to ask.',
  p: 'A phone number to ask.',
  c: 'The address to send the sound to.',
  b: 'How much bandwidth is meant to be used.',
  t: 'From when to when it holds; 0 0 means from now on, without end.',
  r: 'When it is repeated.',
  z: 'Changes of the clock that matter to the times.',
  k: 'A key for encryption, in an old way that is no longer used.',
  m: 'A stream: its kind, the port to send it to, and the codecs that are possible, the best one first.',
  a: 'A property of the stream or the session.',
};

/** One sentence for each attribute: what stands between `a=` and the colon. */
export const attributes: Readonly<Record<string, string>> = {
  rtpmap: 'Which codec a payload number stands for, and how many samples there are in a second.',
  fmtp: 'Settings of one codec; for telephone-event the keys that may be sent.',
  ptime: 'How many milliseconds of sound go into one packet.',
  maxptime: 'The most milliseconds of sound that one packet may hold.',
  minptime: 'The fewest milliseconds of sound that one packet may hold.',
  sendrecv: 'Sound flows both ways.',
  sendonly: 'This side only sends: the other one is on hold.',
  recvonly: 'This side only listens.',
  inactive: 'No sound in either direction.',
  rtcp: 'Where the quality reports go to.',
  'rtcp-mux': 'Quality reports share the port of the sound.',
  'rtcp-rsize': 'Quality reports may be short.',
  'rtcp-fb': 'The kinds of quick feedback that are understood.',
  'rtcp-xr': 'Detailed quality reports can be sent.',
  ssrc: 'The number that marks this sender’s packets.',
  label: 'A name for the stream, for programs.',
  mid: 'A name by which other lines speak of this stream.',
  group: 'Streams that belong together.',
  tool: 'The program that wrote the description.',
  crypto: 'The key for encrypted sound.',
  setup: 'Which side begins the handshake for encryption.',
  fingerprint: 'By this the other side’s certificate is recognised.',
  candidate: 'An address at which this side might be reached.',
  'ice-ufrag': 'A name for testing addresses.',
  'ice-pwd': 'A word for testing addresses.',
  'end-of-candidates': 'No more addresses follow.',
  extmap: 'An extension of the packet header.',
  silencesupp: 'Whether packets may be left out while nobody speaks.',
  msid: 'The stream that this belongs to in a web browser.',
};

/** The codecs by the names that `rtpmap` uses, lower case. */
export const codecs: Readonly<Record<string, string>> = {
  pcmu: 'G.711 µ-law, the sound of every telephone',
  pcma: 'G.711 A-law, the sound of telephones in Europe',
  g722: 'G.722, twice the sound range of a telephone',
  opus: 'Opus, the best sound at the least bandwidth',
  'telephone-event': 'pressed keys, sent as events',
  cn: 'comfort noise for pauses',
};
