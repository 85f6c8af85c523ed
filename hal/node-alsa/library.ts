import koffi from 'koffi';

/** A C pointer as koffi hands it around. */
export type Pointer = bigint;
/** Receives a pointer that a C function writes. */
export type PointerOut = [Pointer | null];
/** Receives a number that a C function writes. */
export type NumberOut = [number];

/** The functions of libasound that are used here, under their own names; they return negative errno values. */
export interface Library {
  snd_strerror(error: number): string;
  snd_pcm_open(pcm: PointerOut, name: string, stream: number, mode: number): number;
  snd_pcm_close(pcm: Pointer): number;
  snd_pcm_prepare(pcm: Pointer): number;
  snd_pcm_start(pcm: Pointer): number;
  snd_pcm_drop(pcm: Pointer): number;
  snd_pcm_recover(pcm: Pointer, error: number, silent: number): number;
  snd_pcm_state(pcm: Pointer): number;
  snd_pcm_avail_update(pcm: Pointer): number;
  snd_pcm_delay(pcm: Pointer, frames: NumberOut): number;
  snd_pcm_readi(pcm: Pointer, buffer: Int16Array, frames: number): number;
  snd_pcm_writei(pcm: Pointer, buffer: Int16Array, frames: number): number;
  snd_pcm_hw_params_malloc(params: PointerOut): number;
  snd_pcm_hw_params_free(params: Pointer): void;
  snd_pcm_hw_params_any(pcm: Pointer, params: Pointer): number;
  snd_pcm_hw_params_set_access(pcm: Pointer, params: Pointer, access: number): number;
  snd_pcm_hw_params_set_format(pcm: Pointer, params: Pointer, format: number): number;
  snd_pcm_hw_params_set_channels(pcm: Pointer, params: Pointer, channels: number): number;
  snd_pcm_hw_params_set_rate_resample(pcm: Pointer, params: Pointer, allowed: number): number;
  snd_pcm_hw_params_test_rate(pcm: Pointer, params: Pointer, rate: number, direction: number): number;
  snd_pcm_hw_params_set_rate_near(pcm: Pointer, params: Pointer, rate: NumberOut, direction: null): number;
  snd_pcm_hw_params_get_rate_min(params: Pointer, rate: NumberOut, direction: null): number;
  snd_pcm_hw_params_get_rate_max(params: Pointer, rate: NumberOut, direction: null): number;
  snd_pcm_hw_params_get_channels_min(params: Pointer, channels: NumberOut): number;
  snd_pcm_hw_params_get_channels_max(params: Pointer, channels: NumberOut): number;
  snd_pcm_hw_params_get_period_time_min(params: Pointer, microseconds: NumberOut, direction: null): number;
  snd_pcm_hw_params_get_period_time_max(params: Pointer, microseconds: NumberOut, direction: null): number;
  snd_pcm_hw_params_set_period_size_near(
    pcm: Pointer,
    params: Pointer,
    frames: NumberOut,
    direction: null,
  ): number;
  snd_pcm_hw_params_set_buffer_size_near(pcm: Pointer, params: Pointer, frames: NumberOut): number;
  snd_pcm_hw_params(pcm: Pointer, params: Pointer): number;
  snd_pcm_sw_params_malloc(params: PointerOut): number;
  snd_pcm_sw_params_free(params: Pointer): void;
  snd_pcm_sw_params_current(pcm: Pointer, params: Pointer): number;
  snd_pcm_sw_params_set_start_threshold(pcm: Pointer, params: Pointer, frames: number): number;
  snd_pcm_sw_params_set_avail_min(pcm: Pointer, params: Pointer, frames: number): number;
  snd_pcm_sw_params(pcm: Pointer, params: Pointer): number;
  snd_card_next(card: NumberOut): number;
  snd_ctl_open(control: PointerOut, name: string, mode: number): number;
  snd_ctl_close(control: Pointer): number;
  snd_ctl_card_info_malloc(info: PointerOut): number;
  snd_ctl_card_info_free(info: Pointer): void;
  snd_ctl_card_info(control: Pointer, info: Pointer): number;
  snd_ctl_card_info_get_id(info: Pointer): string;
  snd_ctl_card_info_get_name(info: Pointer): string;
  snd_ctl_pcm_next_device(control: Pointer, device: NumberOut): number;
  snd_mixer_open(mixer: PointerOut, mode: number): number;
  snd_mixer_close(mixer: Pointer): number;
  snd_mixer_attach(mixer: Pointer, name: string): number;
  snd_mixer_selem_register(mixer: Pointer, options: null, classes: null): number;
  snd_mixer_load(mixer: Pointer): number;
  snd_mixer_first_elem(mixer: Pointer): Pointer | null;
  snd_mixer_elem_next(element: Pointer): Pointer | null;
  snd_mixer_selem_get_name(element: Pointer): string;
  snd_mixer_selem_has_playback_volume(element: Pointer): number;
  snd_mixer_selem_get_playback_volume_range(element: Pointer, low: NumberOut, high: NumberOut): number;
  snd_mixer_selem_get_playback_volume(element: Pointer, channel: number, value: NumberOut): number;
  snd_mixer_selem_has_playback_switch(element: Pointer): number;
  snd_mixer_selem_get_playback_switch(element: Pointer, channel: number, value: NumberOut): number;
  snd_mixer_selem_has_capture_volume(element: Pointer): number;
  snd_mixer_selem_get_capture_volume_range(element: Pointer, low: NumberOut, high: NumberOut): number;
  snd_mixer_selem_get_capture_volume(element: Pointer, channel: number, value: NumberOut): number;
  snd_mixer_selem_has_capture_switch(element: Pointer): number;
  snd_mixer_selem_get_capture_switch(element: Pointer, channel: number, value: NumberOut): number;
  snd_mixer_selem_set_playback_volume_all(element: Pointer, value: number): number;
  snd_mixer_selem_set_playback_switch_all(element: Pointer, value: number): number;
  snd_mixer_selem_set_capture_volume_all(element: Pointer, value: number): number;
  snd_mixer_selem_set_capture_switch_all(element: Pointer, value: number): number;
  snd_device_name_hint(card: number, kind: string, hints: PointerOut): number;
  snd_device_name_get_hint(hint: Pointer, id: string): Pointer | null;
  snd_device_name_free_hint(hints: Pointer): number;
  free(memory: Pointer): void;
}

const LIBRARY = 'libasound.so.2';

let loaded: Library | undefined;

/**
 * libasound, loaded at the first call.
 * @throws Error that says how to install it, where it is not there.
 */
export function library(): Library {
  loaded ??= load();
  return loaded;
}

function load(): Library {
  let asound: ReturnType<typeof koffi.load>;
  try {
    asound = koffi.load(LIBRARY);
  } catch {
    throw new Error(`${LIBRARY} is not installed: apt install libasound2`);
  }
  const c = koffi.load(null);
  // libasound writes what it thinks of an error to stderr. An error handler is called with arguments it may
  // ignore, so any function without arguments silences it; a JavaScript one could not be called from its threads.
  asound.func('int snd_lib_error_set_handler(void *handler)')(c.symbol('getpid'));
  return {
    snd_strerror: asound.func('const char *snd_strerror(int error)'),
    snd_pcm_open: asound.func('int snd_pcm_open(_Out_ void **pcm, const char *name, int stream, int mode)'),
    snd_pcm_close: asound.func('int snd_pcm_close(void *pcm)'),
    snd_pcm_prepare: asound.func('int snd_pcm_prepare(void *pcm)'),
    snd_pcm_start: asound.func('int snd_pcm_start(void *pcm)'),
    snd_pcm_drop: asound.func('int snd_pcm_drop(void *pcm)'),
    snd_pcm_recover: asound.func('int snd_pcm_recover(void *pcm, int error, int silent)'),
    snd_pcm_state: asound.func('int snd_pcm_state(void *pcm)'),
    snd_pcm_avail_update: asound.func('long snd_pcm_avail_update(void *pcm)'),
    snd_pcm_delay: asound.func('int snd_pcm_delay(void *pcm, _Out_ long *frames)'),
    snd_pcm_readi: asound.func('long snd_pcm_readi(void *pcm, void *buffer, unsigned long frames)'),
    snd_pcm_writei: asound.func('long snd_pcm_writei(void *pcm, const void *buffer, unsigned long frames)'),
    snd_pcm_hw_params_malloc: asound.func('int snd_pcm_hw_params_malloc(_Out_ void **params)'),
    snd_pcm_hw_params_free: asound.func('void snd_pcm_hw_params_free(void *params)'),
    snd_pcm_hw_params_any: asound.func('int snd_pcm_hw_params_any(void *pcm, void *params)'),
    snd_pcm_hw_params_set_access: asound.func(
      'int snd_pcm_hw_params_set_access(void *pcm, void *params, int access)',
    ),
    snd_pcm_hw_params_set_format: asound.func(
      'int snd_pcm_hw_params_set_format(void *pcm, void *params, int format)',
    ),
    snd_pcm_hw_params_set_channels: asound.func(
      'int snd_pcm_hw_params_set_channels(void *pcm, void *params, unsigned int channels)',
    ),
    snd_pcm_hw_params_set_rate_resample: asound.func(
      'int snd_pcm_hw_params_set_rate_resample(void *pcm, void *params, unsigned int allowed)',
    ),
    snd_pcm_hw_params_test_rate: asound.func(
      'int snd_pcm_hw_params_test_rate(void *pcm, void *params, unsigned int rate, int direction)',
    ),
    snd_pcm_hw_params_set_rate_near: asound.func(
      'int snd_pcm_hw_params_set_rate_near(void *pcm, void *params, _Inout_ unsigned int *rate, int *direction)',
    ),
    snd_pcm_hw_params_get_rate_min: asound.func(
      'int snd_pcm_hw_params_get_rate_min(void *params, _Out_ unsigned int *rate, int *direction)',
    ),
    snd_pcm_hw_params_get_rate_max: asound.func(
      'int snd_pcm_hw_params_get_rate_max(void *params, _Out_ unsigned int *rate, int *direction)',
    ),
    snd_pcm_hw_params_get_channels_min: asound.func(
      'int snd_pcm_hw_params_get_channels_min(void *params, _Out_ unsigned int *channels)',
    ),
    snd_pcm_hw_params_get_channels_max: asound.func(
      'int snd_pcm_hw_params_get_channels_max(void *params, _Out_ unsigned int *channels)',
    ),
    snd_pcm_hw_params_get_period_time_min: asound.func(
      'int snd_pcm_hw_params_get_period_time_min(void *params, _Out_ unsigned int *microseconds, int *direction)',
    ),
    snd_pcm_hw_params_get_period_time_max: asound.func(
      'int snd_pcm_hw_params_get_period_time_max(void *params, _Out_ unsigned int *microseconds, int *direction)',
    ),
    snd_pcm_hw_params_set_period_size_near: asound.func(
      'int snd_pcm_hw_params_set_period_size_near(void *pcm, void *params, _Inout_ unsigned long *frames, int *direction)',
    ),
    snd_pcm_hw_params_set_buffer_size_near: asound.func(
      'int snd_pcm_hw_params_set_buffer_size_near(void *pcm, void *params, _Inout_ unsigned long *frames)',
    ),
    snd_pcm_hw_params: asound.func('int snd_pcm_hw_params(void *pcm, void *params)'),
    snd_pcm_sw_params_malloc: asound.func('int snd_pcm_sw_params_malloc(_Out_ void **params)'),
    snd_pcm_sw_params_free: asound.func('void snd_pcm_sw_params_free(void *params)'),
    snd_pcm_sw_params_current: asound.func('int snd_pcm_sw_params_current(void *pcm, void *params)'),
    snd_pcm_sw_params_set_start_threshold: asound.func(
      'int snd_pcm_sw_params_set_start_threshold(void *pcm, void *params, unsigned long frames)',
    ),
    snd_pcm_sw_params_set_avail_min: asound.func(
      'int snd_pcm_sw_params_set_avail_min(void *pcm, void *params, unsigned long frames)',
    ),
    snd_pcm_sw_params: asound.func('int snd_pcm_sw_params(void *pcm, void *params)'),
    snd_card_next: asound.func('int snd_card_next(_Inout_ int *card)'),
    snd_ctl_open: asound.func('int snd_ctl_open(_Out_ void **control, const char *name, int mode)'),
    snd_ctl_close: asound.func('int snd_ctl_close(void *control)'),
    snd_ctl_card_info_malloc: asound.func('int snd_ctl_card_info_malloc(_Out_ void **info)'),
    snd_ctl_card_info_free: asound.func('void snd_ctl_card_info_free(void *info)'),
    snd_ctl_card_info: asound.func('int snd_ctl_card_info(void *control, void *info)'),
    snd_ctl_card_info_get_id: asound.func('const char *snd_ctl_card_info_get_id(void *info)'),
    snd_ctl_card_info_get_name: asound.func('const char *snd_ctl_card_info_get_name(void *info)'),
    snd_ctl_pcm_next_device: asound.func('int snd_ctl_pcm_next_device(void *control, _Inout_ int *device)'),
    snd_mixer_open: asound.func('int snd_mixer_open(_Out_ void **mixer, int mode)'),
    snd_mixer_close: asound.func('int snd_mixer_close(void *mixer)'),
    snd_mixer_attach: asound.func('int snd_mixer_attach(void *mixer, const char *name)'),
    snd_mixer_selem_register: asound.func(
      'int snd_mixer_selem_register(void *mixer, void *options, void **classes)',
    ),
    snd_mixer_load: asound.func('int snd_mixer_load(void *mixer)'),
    snd_mixer_first_elem: asound.func('void *snd_mixer_first_elem(void *mixer)'),
    snd_mixer_elem_next: asound.func('void *snd_mixer_elem_next(void *element)'),
    snd_mixer_selem_get_name: asound.func('const char *snd_mixer_selem_get_name(void *element)'),
    snd_mixer_selem_has_playback_volume: asound.func(
      'int snd_mixer_selem_has_playback_volume(void *element)',
    ),
    snd_mixer_selem_get_playback_volume_range: asound.func(
      'int snd_mixer_selem_get_playback_volume_range(void *element, _Out_ long *low, _Out_ long *high)',
    ),
    snd_mixer_selem_get_playback_volume: asound.func(
      'int snd_mixer_selem_get_playback_volume(void *element, int channel, _Out_ long *value)',
    ),
    snd_mixer_selem_has_playback_switch: asound.func(
      'int snd_mixer_selem_has_playback_switch(void *element)',
    ),
    snd_mixer_selem_get_playback_switch: asound.func(
      'int snd_mixer_selem_get_playback_switch(void *element, int channel, _Out_ int *value)',
    ),
    snd_mixer_selem_has_capture_volume: asound.func('int snd_mixer_selem_has_capture_volume(void *element)'),
    snd_mixer_selem_get_capture_volume_range: asound.func(
      'int snd_mixer_selem_get_capture_volume_range(void *element, _Out_ long *low, _Out_ long *high)',
    ),
    snd_mixer_selem_get_capture_volume: asound.func(
      'int snd_mixer_selem_get_capture_volume(void *element, int channel, _Out_ long *value)',
    ),
    snd_mixer_selem_has_capture_switch: asound.func('int snd_mixer_selem_has_capture_switch(void *element)'),
    snd_mixer_selem_get_capture_switch: asound.func(
      'int snd_mixer_selem_get_capture_switch(void *element, int channel, _Out_ int *value)',
    ),
    snd_mixer_selem_set_playback_volume_all: asound.func(
      'int snd_mixer_selem_set_playback_volume_all(void *element, long value)',
    ),
    snd_mixer_selem_set_playback_switch_all: asound.func(
      'int snd_mixer_selem_set_playback_switch_all(void *element, int value)',
    ),
    snd_mixer_selem_set_capture_volume_all: asound.func(
      'int snd_mixer_selem_set_capture_volume_all(void *element, long value)',
    ),
    snd_mixer_selem_set_capture_switch_all: asound.func(
      'int snd_mixer_selem_set_capture_switch_all(void *element, int value)',
    ),
    snd_device_name_hint: asound.func(
      'int snd_device_name_hint(int card, const char *kind, _Out_ void **hints)',
    ),
    snd_device_name_get_hint: asound.func('void *snd_device_name_get_hint(void *hint, const char *id)'),
    snd_device_name_free_hint: asound.func('int snd_device_name_free_hint(void *hints)'),
    free: c.func('void free(void *memory)'),
  };
}
