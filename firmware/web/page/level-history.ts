import type {Meters} from '../../station/station-control.ts';

/**
 * Draws how the levels went: the microphone upwards, the speaker downwards, the newest on the right.
 * `length` is how many fit in, `floor` the level in dBFS that is drawn as nothing.
 */
export function drawHistory(
  canvas: HTMLCanvasElement,
  history: readonly Meters[],
  length: number,
  floor: number,
): void {
  const {clientWidth, clientHeight} = canvas;
  const context = canvas.getContext('2d');
  if (!context || clientWidth === 0) return;
  const scale = window.devicePixelRatio;
  if (canvas.width !== Math.round(clientWidth * scale)) canvas.width = Math.round(clientWidth * scale);
  if (canvas.height !== Math.round(clientHeight * scale)) canvas.height = Math.round(clientHeight * scale);
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, clientWidth, clientHeight);
  const style = getComputedStyle(canvas);
  const middle = clientHeight / 2;
  const step = clientWidth / length;
  const height = (level: number) => Math.max(0.5, ((Math.max(level, floor) - floor) / -floor) * (middle - 1));
  const bars = (name: 'microphone' | 'speaker', colour: string, up: boolean) => {
    context.fillStyle = style.getPropertyValue(colour);
    history.forEach((levels, index) => {
      const x = clientWidth - (history.length - index) * step;
      const size = height(levels[name]);
      context.fillRect(x, up ? middle - size : middle, Math.max(1, step - 0.6), size);
    });
  };
  bars('microphone', '--microphone', true);
  bars('speaker', '--speaker', false);
}
