import type {Arrow} from './ladder-layout.ts';
import type {ExplainedLine} from './message-reader.ts';
import {timeOfDay} from './words.ts';

/** One message with every line explained. */
export function MessageDetails({row, from, to}: {row: Arrow; from: string; to: string}) {
  const {message, at, size} = row;
  return (
    <div class="details" data-testid="message-details">
      <p class="details-meaning">
        <strong>{message.label}</strong>
        {message.meaning && `: ${message.meaning}`}.
      </p>
      <p class="details-facts">
        From {from} to {to} at {timeOfDay(at)}, {size} bytes.
      </p>
      <code class="start-line">{message.startLine}</code>
      <LineTable caption="Header" lines={message.headers} separator=": " />
      {message.body.length > 0 && (
        <LineTable
          caption={message.isSessionDescription ? 'Session description' : 'Body'}
          lines={message.body}
          separator={message.isSessionDescription ? '=' : ''}
        />
      )}
    </div>
  );
}

interface LineTableProps {
  caption: string;
  lines: readonly ExplainedLine[];
  separator: string;
}

function LineTable({caption, lines, separator}: LineTableProps) {
  return (
    <>
      <h3>{caption}</h3>
      <dl class="explained">
        {lines.map(({name, value, explanation, parts}, index) => (
          <div key={index}>
            <dt>
              <code>
                <b>{name}</b>
                {name && separator}
                {value}
              </code>
            </dt>
            {explanation && (
              <dd>
                {explanation}
                {parts.length > 0 && (
                  <ul>
                    {parts.map((part) => (
                      <li key={part.name}>
                        <code>{part.name}</code> {part.explanation}
                      </li>
                    ))}
                  </ul>
                )}
              </dd>
            )}
          </div>
        ))}
      </dl>
    </>
  );
}
