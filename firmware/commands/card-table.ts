import type {SoundCardInfo, SoundControlSide, SoundDirectionInfo} from '../../hal/hal.ts';

/** The sound cards of a machine in words: each by its lasting name, with what it can do. */
export function cardTable(cards: readonly SoundCardInfo[]): string {
  if (cards.length === 0) return 'This machine has no sound card.';
  return cards.map(aboutCard).join('\n\n');
}

function aboutCard({id, name, playback, capture, controls}: SoundCardInfo): string {
  const lines = [
    `alsa:plughw:CARD=${id}  ${name}`,
    `  loudspeaker  ${aboutDirection(playback)}`,
    `  microphone   ${aboutDirection(capture)}`,
    ...controls.map((control) => {
      const sides = [aboutSide('plays at', control.playback), aboutSide('captures at', control.capture)];
      return `  mixer        ${control.name}: ${sides.filter((side) => side !== '').join(', ')}`;
    }),
  ];
  return lines.join('\n');
}

function aboutDirection(direction: SoundDirectionInfo | null): string {
  if (direction === null) return 'none';
  const {inUseBy, rates, channels, periodMs} = direction;
  if (inUseBy !== null) return `in use by "${inUseBy}"`;
  return [
    `${rates.map((rate) => rate / 1000).join(', ')} kHz`,
    ...(channels ? [`${range(channels)} channel(s)`] : []),
    ...(periodMs ? [`periods of ${range(periodMs)} ms`] : []),
  ].join('; ');
}

function range({least, most}: {least: number; most: number}): string {
  return least === most ? `${least}` : `${least} to ${most}`;
}

function aboutSide(what: string, side: SoundControlSide | null): string {
  if (side === null) return '';
  const volume = side.percent === null ? '' : `${what} ${side.percent} %`;
  return side.on === false ? `${volume} (off)`.trim() : volume || `${what} full volume`;
}
