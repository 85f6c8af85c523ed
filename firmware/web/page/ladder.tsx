import {useEffect, useMemo, useRef, useState} from 'preact/hooks';
import {type Arrow, type LadderLayout, layOut, type SoundBand} from './ladder-layout.ts';
import {MessageDetails} from './message-details.tsx';
import type {Model} from './model.ts';
import {useTopic} from './topic.ts';

/** The SIP messages of a call as arrows between the parties, in the order of time. */
export function LadderView({model, own}: {model: Model; own: string}) {
  const ladder = useTopic(model.ladder);
  const layout = useMemo(() => layOut(ladder?.messages ?? [], own), [ladder?.messages, own]);
  const [open, setOpen] = useState<number>();
  useEffect(() => setOpen(undefined), [ladder?.call]);

  return (
    <section class="card ladder" data-testid="ladder" aria-labelledby="ladder-title">
      <div class="card-head">
        <h2 id="ladder-title">SIP messages</h2>
        {ladder && (
          <p>
            Call {ladder.call}
            {ladder.following ? '' : ', an earlier one'}. Choose a message to have it explained.
          </p>
        )}
      </div>
      {layout.rows.length === 0 ? (
        <p class="empty">
          {ladder && ladder.messages.length === 0
            ? 'No messages of this call.'
            : 'Press the bell: every message of the call appears here as it is sent and received.'}
        </p>
      ) : (
        <div class="ladder-scroll">
          <div class={`ladder-body ladder-of-${Math.min(layout.lifelines.length, 6)}`}>
            <Lifelines layout={layout} />
            <ol class="ladder-rows">
              {layout.rows.map((row, index) =>
                row.what === 'sound' ? (
                  <SoundRow key={`${ladder?.call}-${index}`} row={row} of={layout.lifelines.length} />
                ) : (
                  <MessageRow
                    key={`${ladder?.call}-${index}`}
                    row={row}
                    layout={layout}
                    isOpen={open === index}
                    onToggle={() => setOpen(open === index ? undefined : index)}
                  />
                ),
              )}
            </ol>
          </div>
        </div>
      )}
    </section>
  );
}

function Lifelines({layout: {lifelines}}: {layout: LadderLayout}) {
  return (
    <div class="lifelines" aria-hidden="true">
      <span class="ladder-time" />
      <div class="track">
        {lifelines.map(({address, title, subtitle}, index) => (
          <div
            key={address}
            class={address === '' ? 'lifeline is-own' : 'lifeline'}
            style={{left: `${position(index, lifelines.length)}%`}}
          >
            <span class="lifeline-head">
              <strong>{title}</strong>
              <span class="lifeline-address">{subtitle}</span>
            </span>
          </div>
        ))}
      </div>
    </div>
  );
}

interface MessageRowProps {
  row: Arrow;
  layout: LadderLayout;
  isOpen: boolean;
  onToggle: () => void;
}

function MessageRow({row, layout: {lifelines}, isOpen, onToggle}: MessageRowProps) {
  const item = useRef<HTMLLIElement>(null);
  const {message, from, to, seconds} = row;
  const title = (index: number) => lifelines[index]?.title || lifelines[index]?.subtitle;
  return (
    <li ref={item} class={`rung is-${message.kind}`} data-testid="ladder-message" data-label={message.label}>
      <button type="button" class="rung-button" aria-expanded={isOpen} onClick={onToggle}>
        <span class="ladder-time">{seconds.toFixed(3)}</span>
        <span class="track">
          <span class="rung-label" style={between(from, to, lifelines.length)}>
            {message.label}
            {row.repeated && <em> again</em>}
          </span>
          <span
            class={to >= from ? 'arrow' : 'arrow is-leftward'}
            style={span(from, to, lifelines.length)}
            aria-hidden="true"
          />
          <span class="quiet">
            {' '}
            from {title(from)} to {title(to)} after {seconds.toFixed(3)} s
            {message.meaning && `: ${message.meaning}`}
          </span>
        </span>
      </button>
      {isOpen && <MessageDetails row={row} from={title(from) ?? ''} to={title(to) ?? ''} />}
    </li>
  );
}

function SoundRow({row: {from, to, codec}, of}: {row: SoundBand; of: number}) {
  return (
    <li class="rung-sound" data-testid="ladder-sound">
      <span class="ladder-time" />
      <span class="track">
        <span class="sound-band" style={span(from, to, of)}>
          <span class="sound-words">sound flows{codec && `, ${codec}`}</span>
        </span>
      </span>
    </li>
  );
}

/** Where a lifeline stands, in percent of the width. */
function position(index: number, of: number): number {
  if (of < 2) return 50;
  const margin = of === 2 ? 21 : 14;
  return margin + ((100 - 2 * margin) * index) / (of - 1);
}

function span(from: number, to: number, of: number) {
  const [left, right] = [position(from, of), position(to, of)].sort((a, b) => a - b) as [number, number];
  return {left: `${left}%`, width: `${right - left}%`};
}

function between(from: number, to: number, of: number) {
  return {left: `${(position(from, of) + position(to, of)) / 2}%`};
}
