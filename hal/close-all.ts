/**
 * Closes all of these in turn: what fails for one keeps no other from being closed.
 * @throws what the first that failed has thrown, when all have had their turn.
 */
export function closeAll(parts: readonly {close(): void}[]): void {
  const errors: unknown[] = [];
  for (const part of parts) {
    try {
      part.close();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}
