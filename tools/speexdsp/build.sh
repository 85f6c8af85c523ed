#!/bin/sh
# Makes firmware/audio/echo/speexdsp.wasm from Debian's source of speexdsp: its echo canceller and preprocessor, nothing else.
# The file is kept in the repository, so that neither running nor testing Doorline needs a compiler; this says where it comes
# from. On Debian 12 it gives the very same file again:
#
#     apt install clang-14 lld-14 wasi-libc libclang-rt-14-dev-wasm32 dpkg-dev     # and deb-src among apt's sources
#     tools/speexdsp/build.sh
set -eu
here=$(cd "$(dirname "$0")" && pwd)
target=$here/../../firmware/audio/echo/speexdsp.wasm
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cd "$work"
[ -n "${SPEEXDSP_SOURCE:-}" ] && cp "$SPEEXDSP_SOURCE" . || apt-get source --download-only speexdsp=1.2.1-1
echo "8c777343e4a6399569c72abc38a95b24db56882c83dbdb6c6424a5f4aeb54d3d  speexdsp_1.2.1.orig.tar.gz" | sha256sum --check --quiet
tar xf speexdsp_1.2.1.orig.tar.gz
cd speexdsp-1.2.1
# What its configure script would write for such a machine.
cat >config.h <<'END'
#define FLOATING_POINT
#define USE_SMALLFT
#define EXPORT
END
cat >include/speex/speexdsp_config_types.h <<'END'
#ifndef SPEEXDSP_CONFIG_TYPES_H
#define SPEEXDSP_CONFIG_TYPES_H
#include <stdint.h>
typedef int16_t spx_int16_t;
typedef uint16_t spx_uint16_t;
typedef int32_t spx_int32_t;
typedef uint32_t spx_uint32_t;
#endif
END
exports="malloc
speex_echo_state_init speex_echo_state_reset speex_echo_ctl speex_echo_cancellation
speex_preprocess_state_init speex_preprocess_ctl speex_preprocess_run"
# shellcheck disable=SC2046 # one argument a word
clang-14 --target=wasm32-wasi --sysroot=/usr -O3 -msimd128 -ffast-math -w \
  -DHAVE_CONFIG_H -DDISABLE_WARNINGS -DDISABLE_NOTIFICATIONS -I. -Iinclude -Ilibspeexdsp \
  -mexec-model=reactor -nostartfiles -Wl,--no-entry -Wl,--strip-all $(printf -- '-Wl,--export=%s ' $exports) \
  -o speexdsp.wasm libspeexdsp/mdf.c libspeexdsp/preprocess.c libspeexdsp/fftwrap.c libspeexdsp/smallft.c \
  libspeexdsp/filterbank.c
cp speexdsp.wasm "$target"
sha256sum "$target"
