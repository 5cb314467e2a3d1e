/* SPDX-License-Identifier: BSD-3-Clause */
/* Command lines of tsim. */
#include "sim/commands/commands.h"
#include "tests/fuzz/command_line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return command_line(&tsim_program, data, size);
}
