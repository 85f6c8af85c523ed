import koffi from 'koffi';

/** Fills a frame that was lost, or remembers one that came. */
export interface FrameConcealment {
  come(frame: Int16Array): void;
  lost(frame: Int16Array): void;
}

/** The packet loss concealment of spandsp, which many exchanges use; undefined where the library is not installed. */
export function openSpandsp(): (() => FrameConcealment) | undefined {
  try {
    const library = koffi.load('libspandsp.so.2');
    const init = library.func('void *plc_init(void *state)');
    const receive = library.func('int plc_rx(void *state, _Inout_ int16_t *samples, int count)');
    const fill = library.func('int plc_fillin(void *state, _Out_ int16_t *samples, int count)');
    return () => {
      const state = init(null);
      return {
        come: (frame) => receive(state, frame, frame.length),
        lost: (frame) => fill(state, frame, frame.length),
      };
    };
  } catch {
    return undefined;
  }
}
