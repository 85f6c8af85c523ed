/** One line of a board, or its light, as `doorline board` shows it. Empty where there is nothing to tell. */
export interface WiringRow {
  readonly line: string;
  /** Pin of the header. */
  readonly header: number | undefined;
  /** The kernel's name, or the device file. */
  readonly kernel: string;
  readonly active: string;
  /** What the configuration binds it to. */
  readonly use: string;
  /** The program that holds it now. */
  readonly holder: string;
}

const titles = ['line', 'pin', 'kernel line', 'active', 'for', 'held by'];

/** The rows as a table; columns in which nothing stands are left out. */
export function wiringTable(rows: readonly WiringRow[]): string {
  const cells = rows.map(({line, header, kernel, active, use, holder}) => [
    line,
    header === undefined ? '' : String(header),
    kernel,
    active,
    use,
    holder,
  ]);
  const shown = titles.map((_, column) => cells.some((row) => row[column] !== ''));
  const table = [titles, ...cells].map((row) => row.filter((_, column) => shown[column]));
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/**
 * The header as it looks with pin 1 at the top left: two pins in a row, those that are used in brackets with what they are used
 * for. `header` says what is on each pin.
 */
export function headerDrawing(header: readonly string[], rows: readonly WiringRow[]): string {
  const pins = header.map((label, index) => {
    const users = rows.filter((row) => row.header === index + 1);
    const words = users.map(({line, use}) => (use === '' ? line : `${line}, ${use}`)).join(' and ');
    return {number: index + 1, label, words};
  });
  const left = pins.filter(({number}) => number % 2 === 1);
  const leftTexts = left.map(({label, words}) => (words === '' ? label : `${words}  ${label}`));
  const width = Math.max(0, ...leftTexts.map(({length}) => length));
  return left
    .map((pin, index) => {
      const other = pins[2 * index + 1];
      const start = `${leftTexts[index]!.padStart(width)}  ${numbered(pin)}`;
      if (other === undefined) return start;
      return `${start} ${numbered(other)}  ${other.label}${other.words === '' ? '' : `  ${other.words}`}`;
    })
    .join('\n');
}

function numbered({number, words}: {number: number; words: string}): string {
  const digits = String(number).padStart(2);
  return words === '' ? ` ${digits} ` : `[${digits}]`;
}
