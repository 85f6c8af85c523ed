/** The media thread's program: picks the sound card and the scheduling class, and runs until told to close. */
import {workerData} from 'node:worker_threads';
import {bindMarked} from '../hal/linux/marked-socket.ts';
import {useRealTimeScheduling} from '../hal/linux/scheduling.ts';
import {openSoundCard} from '../hal/sound/sound.ts';
import {readWavFile} from '../hal/sound/wav-file.ts';
import {sampleRate} from './audio/frame.ts';
import {type MediaWorkerData, runMediaWorker} from './audio/media-worker.ts';
import {systemClock} from './base/clock.ts';

/** Above all ordinary threads, below the kernel's interrupt threads (50). */
const priority = 20;

const data = workerData as MediaWorkerData;
// Where it is not allowed the thread runs like any other: all works, only not under load.
useRealTimeScheduling(priority);
runMediaWorker(data, {
  openSound: () =>
    openSoundCard({
      microphone: data.microphone,
      speaker: data.speaker,
      rate: sampleRate,
      timing: data.timing,
      clock: systemClock,
    }),
  readRecording: readWavFile,
  bindMarked,
});
