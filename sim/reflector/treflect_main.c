/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/reflector/treflect.h"

int main(int argc, char **argv)
{
	return cli_main(&treflect_program, argc, argv);
}
