/** The part of a logger that the station uses: sentences for people. */
export interface Log {
  info(text: string): void;
  warn(text: string): void;
  error(text: string): void;
}
