import {readConfiguration} from '../configuration.ts';

/** `doorline check`: validates a configuration. Exit code 0 when it is good, 2 with every problem named when not. */
export async function check(file: string): Promise<number> {
  const config = readConfiguration(file);
  if (!config) return 2;
  const {name, board, buttons, doors} = config;
  console.log(`${file}: good. "${name}" on ${board}, ${buttons.length} button(s), ${doors.length} door(s).`);
  return 0;
}
