# Everything a developer, an installer or a continuous-integration machine asks of Doorline.
# Needs git, make and any Node.js with npm (18 or newer); the pinned Node.js comes with `npm ci`.

SHELL := /bin/bash
MACHINE_PATH := $(PATH)
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

INSTALLED := node_modules/.package-lock.json
NODE_PACKAGE := node-linux-$(subst x86_64,x64,$(subst aarch64,arm64,$(shell uname -m)))
NODE_VERSION := $(shell sed -n 's/.*"$(NODE_PACKAGE)": "\(.*\)".*/\1/p' package.json)
PINNED_NODE := node_modules/$(NODE_PACKAGE)/bin/node
NPM_CI := npm ci --no-audit --no-fund --loglevel=error
BOARD ?= simulated
MESSAGES ?= 1000000

.DEFAULT_GOAL := help
.PHONY: help run test test-hardware test-board test-board-full check long-call bench bench-audio fuzz firmware image image-lock keys deb flash clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

run: $(INSTALLED) ## door station and indoor station on simulated boards, at http://127.0.0.1:8080
	@node tools/demo.ts

test: $(INSTALLED) ## every check: format, lint, types, unit, interop, hardware, image (installs the peers where it may)
	@node tools/setup.ts peers
	@$(MAKE) --no-print-directory check
	@node tools/program.ts build/program
	@vitest run --project 'interop*'
	@node test/hardware/main.ts
	@node test/board/main.ts

long-call: $(INSTALLED) ## calls of ten minutes through sound cards of 44.1 and 48 kHz (PulseAudio): does delay or memory grow?
	@node tools/setup.ts peers
	@CALL_SECONDS=600 vitest run --project interop-alone test/interop/long-call.test.ts

test-hardware: $(INSTALLED) ## the hardware layer on two kernels with simulated hardware, in a virtual machine
	@node tools/setup.ts peers
	@node tools/program.ts build/program
	@node test/hardware/main.ts

test-board: $(INSTALLED) ## builds the image, boots it in a virtual machine to calls, also from damaged cards, and cuts its power
	@node tools/setup.ts peers
	@node test/board/main.ts

test-board-full: $(INSTALLED) ## the same longer, also updates, flashing, first boot, a Raspberry Pi 3, the image for a Raspberry Pi 5, and builds both twice and compares
	@node tools/setup.ts peers
	@node test/board/main.ts --full

check: $(INSTALLED) ## the fast part: format, lint, types, dead code, unit tests
	@biome ci --error-on-warnings .
	@tsc -p .
	@knip
	@node tools/build.ts page
	@vitest run --project unit

bench: $(INSTALLED) ## benchmarks beside those of other projects: a table, and build/bench.json
	@node tools/build.ts firmware --board simulated
	@node test/bench/main.ts

bench-audio: $(INSTALLED) ## sound quality beside its anchors: a table, and build/bench-audio.json
	@node test/bench-audio/main.ts

fuzz: $(INSTALLED) ## MESSAGES (default: a million) changed SIP messages for two user agents on fake time
	@node test/fuzz/main.ts $(MESSAGES)

firmware: $(INSTALLED) ## the deployable bundle for BOARD (default: simulated) in build/firmware/
	@node tools/build.ts firmware --board $(BOARD)

deb: $(INSTALLED) ## a Debian package for BOARD in build/deb/, for a system that is there; PROCESSOR: arm64 or x64
	@node tools/deb.ts --board $(BOARD) $(if $(PROCESSOR),--processor $(PROCESSOR))

image: $(INSTALLED) ## what is written to a card for BOARD, with checksum, block map and update bundle, in build/image/
	@node tools/image.ts build --board $(BOARD)

keys: $(INSTALLED) ## the keys that sign updates, in keys/: boards take updates of these only
	@node tools/image.ts keys

image-lock: $(INSTALLED) ## takes today's versions of the images' Debian packages
	@node tools/image.ts lock

flash: $(INSTALLED) ## writes IMAGE to DEVICE, with the SETTINGS of the first start; without DEVICE lists cards and sticks
	@node tools/flash.ts $(if $(IMAGE),'$(IMAGE)') $(if $(DEVICE),'$(DEVICE)') $(if $(SETTINGS),--settings '$(SETTINGS)')

clean: ## removes what was built; the installed packages stay
	rm -rf build

# npm leaves out optional parts that do not fit the Node.js it runs on: so the machine's own installs the pinned one,
# and where they differ, the pinned one installs everything.
$(INSTALLED): package.json package-lock.json
	@command -v npm >/dev/null || { echo "npm is missing: install Node.js 18 or newer with npm (Debian: apt install nodejs npm)"; exit 1; }
	@echo "Installing the pinned packages (Node.js $(NODE_VERSION) among them) ..."
	@PATH="$(MACHINE_PATH)" $(NPM_CI)
	@test -x $(PINNED_NODE) || { echo "There is no $(NODE_PACKAGE) among the packages: Doorline runs on Linux x64 and arm64, this is $$(uname -sm)."; exit 1; }
	@if [ "$$(PATH="$(MACHINE_PATH)" node -v)" != "v$(NODE_VERSION)" ]; then \
	  mkdir -p build/node && cp $(PINNED_NODE) build/node/ && \
	  PATH="$(CURDIR)/build/node:$(MACHINE_PATH)" NODE_NO_WARNINGS=1 $(NPM_CI); fi
	@ln -sf ../$(NODE_PACKAGE)/bin/node node_modules/.bin/node # older npm leaves this link out
	@touch $(INSTALLED)
