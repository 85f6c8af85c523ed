import koffi from 'koffi';

const SCHED_FIFO = 1;

/**
 * Puts the calling thread, and no other, on real-time scheduling (SCHED_FIFO).
 * `priority` is 1 (lowest) to 99. Returns false where this is not allowed (it needs CAP_SYS_NICE or a limit
 * on real-time priority above 0).
 */
export function useRealTimeScheduling(priority: number): boolean {
  const c = koffi.load(null);
  const parameter = koffi.struct({sched_priority: 'int'});
  const setScheduler = c.func('sched_setscheduler', 'int', ['int', 'int', koffi.pointer(parameter)]);
  // Process 0 is, for Linux, the calling thread.
  return setScheduler(0, SCHED_FIFO, {sched_priority: priority}) === 0;
}
