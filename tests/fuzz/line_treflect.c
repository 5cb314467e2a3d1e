/* SPDX-License-Identifier: BSD-3-Clause */
/* Command lines of treflect. */
#include "sim/reflector/treflect.h"
#include "tests/fuzz/command_line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return command_line(&treflect_program, data, size);
}
