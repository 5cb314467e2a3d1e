/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/reflector/treflect_xdp.h: treflect-xdp puts the reflector of reflect.bpf.c on an interface, takes it
 * away, says what it did. Nothing of it keeps running and nothing is pinned: the kernel holds the program
 * as long as it is on the interface, and by it the program and its counters are found again.
 *
 * Needs GLib and libc only, and of tsim what does, too (see CMakeLists.txt): it goes into guests.
 */
#ifndef SIM_REFLECTOR_TREFLECT_XDP_H
#define SIM_REFLECTOR_TREFLECT_XDP_H

#include "analyze/base/cli.h"

extern const struct cli_program treflect_xdp_program;

int treflect_xdp_main(int argc, char **argv);

#endif
