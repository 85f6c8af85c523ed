/** Why a single value could not be read. */
export interface SyntaxFailure {
  readonly code: string;
  /** In plain words, with the value. */
  readonly text: string;
}
