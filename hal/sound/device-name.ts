/** The card in an ALSA device's name, such as `plughw:CARD=X,DEV=0` or `hw:X,0`: its id, or its number; undefined without one. */
export function cardOf(device: string): string | undefined {
  return /\bCARD=(\w+)/.exec(device)?.[1] ?? /\b(?:plug)?hw:(\w+)(?![\w=])/.exec(device)?.[1];
}
