/** One row of the benchmark table and of `build/bench.json`. */
export interface BenchRow {
  readonly name: string;
  readonly figure: number;
  readonly unit: string;
  /** The peer's figure in the same run and unit; null where there is no peer. */
  readonly anchor: number | null;
  /** How many times better than the anchor. */
  readonly ratio: number | null;
  readonly goal: string;
  readonly met: boolean;
}
