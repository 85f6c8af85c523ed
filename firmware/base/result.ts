/**
 * The outcome of an operation on input that may be bad: a value or a named error.
 * Exceptions are for mistakes of the programmer only.
 */
export type Result<Value, Failure> =
  | {readonly ok: true; readonly value: Value}
  | {readonly ok: false; readonly error: Failure};

/** A success that carries `value`. */
export function success<Value>(value: Value): {readonly ok: true; readonly value: Value} {
  return {ok: true, value};
}

/** A failure that carries `error`. */
export function failure<Failure>(error: Failure): {readonly ok: false; readonly error: Failure} {
  return {ok: false, error};
}
